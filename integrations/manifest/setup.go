package manifest

import (
	"strconv"
	"strings"

	"authdeck/integrations"
)

// inputs are the config items: the client's first, as far as client.needs asks for it, then the page's own.
func (s *spec) inputs() []integrations.Input {
	var out []integrations.Input
	own := func(name, label string, required bool) {
		in, ok := s.Inputs.values[name]
		if !ok {
			in = inputSpec{}
		}
		made := in.input(name)
		if in.Label == "" {
			made.Label = label
		}
		if in.Required == nil {
			made.Required = required
		}
		made.Secret = made.Secret || name == itemSecret
		out = append(out, made)
	}
	_, idWritten := s.Inputs.values[itemID]
	_, secretWritten := s.Inputs.values[itemSecret]
	needs := s.Client.Needs
	if needs == "" {
		needs = "id_and_secret"
	}
	if needs != "none" || idWritten || s.Client.ID == "" {
		own(itemID, "Client ID", needs != "none" && s.Client.ID == "")
	}
	if needs == "id_and_secret" || secretWritten {
		own(itemSecret, "Client secret", needs == "id_and_secret")
	}
	for _, name := range s.Inputs.names {
		if name != itemID && name != itemSecret {
			out = append(out, s.Inputs.values[name].input(name))
		}
	}
	return out
}

func (in inputSpec) input(name string) integrations.Input {
	out := integrations.Input{
		Name: name, Label: in.Label, Hint: in.Hint, Example: in.Example, Type: in.Type, Required: in.Required == nil || *in.Required,
		Secret: in.Secret != nil && *in.Secret, Prefix: in.Prefix, Suffix: in.Suffix, Pattern: in.Pattern,
	}
	if out.Label == "" {
		out.Label = strings.ReplaceAll(name, "_", " ")
	}
	if out.Type == "" {
		out.Type = "string"
	}
	if in.Default != nil {
		out.Default = in.Default.text()
	}
	for _, o := range in.Options {
		label := o.Label
		if label == "" {
			label = o.Value
		}
		out.Options = append(out.Options, integrations.Option{Value: o.Value, Label: label})
	}
	return out
}

// setupSteps are what a person has to do before the first login, in order: which page, which type of client, the page's own
// steps before, which redirect address, the page's own steps after, what to bring back.
func setupSteps(info integrations.Info) []string {
	var steps []string
	client := info.NeedsID && !info.Register
	if client && info.Console != "" {
		steps = append(steps, "Open "+info.Console)
	}
	if client && info.ClientType != "" {
		steps = append(steps, "Make a client of the type "+strconv.Quote(info.ClientType))
	}
	steps = append(steps, info.Written...)
	if client && !info.Redirect.Unregistered {
		steps = append(steps, redirectStep(info.Redirect))
	}
	steps = append(steps, info.After...)
	var ask []string
	for _, in := range info.Inputs {
		if in.Required && in.Default == "" {
			ask = append(ask, in.Label)
		}
	}
	switch {
	case len(ask) > 0:
		steps = append(steps, "Bring back: "+strings.Join(ask, ", ")+" (authdeck integrations set "+info.ID+")")
	case info.Register && len(steps) == 0:
		steps = append(steps, "Nothing to do: a client of our own is registered here, at the latest at the first login")
	case len(steps) == 0:
		steps = append(steps, "Nothing to do: log in")
	}
	return steps
}

// redirectStep says which redirect address to register.
func redirectStep(r integrations.Redirect) string {
	address := "http://" + r.Host + ":" + strconv.Itoa(r.Port) + r.Path
	switch r.Class {
	case integrations.RedirectAnyPort:
		return "Register the redirect address http://" + r.Host + r.Path + " where the page asks for one; any port is taken"
	case integrations.RedirectHTTPSOnly:
		return "Register an https address of your own as the redirect address; after the sign-in paste the address the browser ended on"
	case integrations.RedirectLocalhost, integrations.RedirectIPOnly, integrations.RedirectLoopback, integrations.RedirectDevOnly,
		integrations.RedirectConditional, integrations.RedirectTenant, integrations.RedirectUnknown:
	}
	return "Register exactly this redirect address: " + address
}
