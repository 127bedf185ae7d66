package setup

import (
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// Step is one step of a set-up, for those who want to show it again.
type Step int

// The steps. Written ones stand between choosing and registering.
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
// do before a login. They are made from what is known (console, client type, redirect, inputs), with the written ones
// between; written ones that name the console's page themselves are taken for the whole, and only what they lack is added.
func Steps(info integrations.Info, redirect string) []Line {
	if !info.NeedsID && len(info.Inputs) == 0 {
		return nil
	}
	var lines []Line
	whole := namesConsole(info)
	if info.NeedsID && !whole {
		if info.Console != "" {
			lines = append(lines, Line{Step: StepOpen, Verb: "open", Text: safe(info.Console)})
		}
		if info.ClientType != "" {
			lines = append(lines, Line{Step: StepChoose, Verb: "choose", Text: safe(info.ClientType), Note: "as client type"})
		}
	}
	registered, given := false, false
	for _, s := range info.Setup {
		step := StepWritten
		switch {
		case !whole:
		case strings.Contains(s, info.Console):
			step = StepOpen
		case redirect != "" && strings.Contains(s, redirect):
			step, registered = StepRegister, true
		case asksForClient(s):
			step, given = StepClient, true
		}
		lines = append(lines, Line{Step: step, Text: safe(s)})
	}
	if info.NeedsID && redirect != "" && !registered {
		at := len(lines)
		if given {
			at = slices.IndexFunc(lines, func(l Line) bool { return l.Step == StepClient })
		}
		lines = slices.Insert(lines, at, Line{Step: StepRegister, Verb: "register", Text: safe(redirect), Note: compared(info.Redirect.Class)})
	}
	if len(info.Inputs) > 0 && !given {
		lines = append(lines, Line{Step: StepClient, Verb: "paste", Text: asked(info.Inputs)})
	}
	return lines
}

// namesConsole: the written steps say themselves where to go.
func namesConsole(info integrations.Info) bool {
	return info.Console != "" && slices.ContainsFunc(info.Setup, func(s string) bool { return strings.Contains(s, info.Console) })
}

// asksForClient: a written step that ends with id and secret being given to us.
func asksForClient(s string) bool {
	s = strings.ToLower(strings.ReplaceAll(s, "_", " "))
	return strings.Contains(s, "client id") && (strings.Contains(s, "paste") || strings.Contains(s, "enter"))
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
