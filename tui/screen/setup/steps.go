package setup

import (
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// Step is one step of a set-up, for those who want to show it again.
type Step int

// The steps. Written ones stand before and after registering.
const (
	StepNone Step = iota
	StepOpen
	StepChoose
	StepWritten
	StepRegister
	StepClient
)

// Line is a step as it is drawn: a verb, its object, and what to know about it. A written step has no verb.
type Line struct {
	Step             Step
	Verb, Text, Note string
}

// Steps are the steps of an integration's set-up; redirect is the exact address to register. None if there is nothing to
// do before a login. They are made from what is known (console, client type, redirect, inputs), with those that the
// integration wrote itself before and after registering.
func Steps(info integrations.Info, redirect string) []Line {
	if !info.NeedsID && len(info.Inputs) == 0 {
		return nil
	}
	client := info.NeedsID || info.OwnClient
	var lines []Line
	if info.NeedsID && info.Console != "" {
		lines = append(lines, Line{Step: StepOpen, Verb: "open", Text: safe(info.Console)})
	}
	if info.NeedsID && info.ClientType != "" {
		lines = append(lines, Line{Step: StepChoose, Verb: "choose", Text: safe(info.ClientType), Note: "as client type"})
	}
	for _, s := range info.Written {
		lines = append(lines, Line{Step: StepWritten, Text: safe(s)})
	}
	if client && redirect != "" && !info.Redirect.Unregistered {
		lines = append(lines, Line{Step: StepRegister, Verb: "register", Text: safe(redirect), Note: compared(info.Redirect.Class)})
	}
	for _, s := range info.After {
		lines = append(lines, Line{Step: StepWritten, Text: safe(s)})
	}
	if len(info.Inputs) > 0 {
		lines = append(lines, Line{Step: StepClient, Verb: "paste", Text: asked(info.Inputs)})
	}
	return lines
}

// compared says how the provider compares the redirect address, as far as that helps a person to register it.
func compared(c integrations.RedirectClass) string {
	switch c {
	case integrations.RedirectAnyPort:
		return "any port is taken"
	case integrations.RedirectLoopback:
		return "exactly"
	case integrations.RedirectLocalhost:
		return "exactly; not 127.0.0.1"
	case integrations.RedirectIPOnly:
		return "exactly; not localhost"
	case integrations.RedirectDevOnly:
		return "exactly; development only"
	case integrations.RedirectHTTPSOnly:
		return "https only: paste it back"
	case integrations.RedirectConditional, integrations.RedirectTenant, integrations.RedirectUnknown:
	}
	return "exactly"
}

// asked names the inputs: "client id and client secret".
func asked(inputs []integrations.Input) string {
	names := make([]string, 0, len(inputs))
	for _, in := range inputs {
		names = append(names, label(in))
	}
	switch n := len(names); n {
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// label is the name of an input as people read it: client_id is "client id" where the integration has no better one.
func label(in integrations.Input) string {
	if in.Label != "" {
		return safe(in.Label)
	}
	return safe(strings.ReplaceAll(in.Name, "_", " "))
}

func safe(s string) string { return safetext.Line(s, 300) }
