package manifest

import (
	"time"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
)

// info describes the page; what depends on config items is filled with their defaults.
func (s *spec) info(kind integrations.Kind, origin string) integrations.Info {
	info := integrations.Info{
		ID: s.ID, Name: s.Name, Icon: integrations.Icon{Glyph: s.Icon.Glyph, ASCII: s.Icon.ASCII, Colour: s.Icon.Colour}, Kind: kind, Origin: origin,
		Categories: s.Categories, Notes: s.Notes, ClientType: s.Client.Type,
		Unverified: s.Unverified, Conflicts: s.Conflicts, Facts: s.Facts, PKCE: s.pkce(), Auth: s.Token.Auth, Refresh: s.refreshWord(),
		Redirect: s.redirect(), Inputs: s.inputs(),
		Scopes: integrations.Scopes{Default: s.Scopes.Default, Never: s.Scopes.Send == "never", Meaning: map[string]string{}},
	}
	if info.Icon.Glyph == "" {
		info.Icon.Glyph = initial(s.Name)
	}
	if info.Icon.ASCII == "" {
		info.Icon.ASCII = initial(s.Name)
	}
	if info.Auth == "" {
		info.Auth = "post with a secret, else none"
	}
	for name, m := range s.Scopes.List.values {
		info.Scopes.Meaning[name] = m.Meaning
	}
	needsClient := s.Client.Needs != "none" || s.Client.ID == ""
	info.NeedsID = needsClient && s.Client.ID == ""
	info.Register = s.Client.Needs == "none" && s.Client.ID == "" && s.Issuer != nil
	info.Lifetime = s.lifetimeFacts()
	if len(s.Revoke) > 0 {
		info.RevokeNone, info.Siblings = s.Revoke[0].None, s.Revoke[0].Siblings
		info.RevokePage = s.fillPage(s.Revoke[0].Page)
	}
	info.Docs, info.Console = s.fillPage(s.Docs), s.fillPage(s.Console)
	info.Evidence = map[string][]string{}
	for k, v := range s.Evidence {
		info.Evidence[k] = v
	}
	for _, t := range s.Setup.Before {
		info.Written = append(info.Written, s.fillText(&t))
	}
	for _, t := range s.Setup.After {
		info.After = append(info.After, s.fillText(&t))
	}
	info.Setup = setupSteps(info)
	return info
}

// initial is the first letter of a name, for one that has no icon.
func initial(name string) string {
	for i := range len(name) {
		if c := name[i]; c > ' ' && c < 0x7f {
			return string(c)
		}
	}
	return "?"
}

func (s *spec) pkce() string {
	if s.Authorize.Code != "" {
		return "by " + s.Authorize.Code
	}
	switch s.PKCE {
	case "none", "required":
		return s.PKCE
	}
	return "S256"
}

func (s *spec) refreshWord() string {
	switch {
	case s.Refresh.Strategy == "none":
		return "none"
	case s.Lifetime.Rotates == "always" || s.Lifetime.Rotates == "sometimes":
		return "rotates"
	case s.Lifetime.Rotates == "never":
		return "kept"
	}
	return "unknown"
}

// redirect is where the callback server has to listen; the host follows from the class.
func (s *spec) redirect() integrations.Redirect {
	r := integrations.Redirect{
		Class: integrations.RedirectClass(s.Redirect.Class), Host: s.Redirect.Host, Port: s.Redirect.Port, Path: s.Redirect.Path, Note: s.Redirect.Note,
		Unregistered: s.Redirect.Register != nil && !*s.Redirect.Register,
	}
	if r.Class == "" {
		r.Class = integrations.RedirectLoopback
	}
	if r.Host == "" {
		r.Host = "127.0.0.1"
		if r.Class == integrations.RedirectLocalhost {
			r.Host = "localhost"
		}
	}
	if r.Port == 0 && r.Class != integrations.RedirectAnyPort {
		r.Port = integrations.DefaultPort
	}
	if r.Path == "" {
		r.Path = "/callback"
	}
	return r
}

func (s *spec) lifetimeFacts() integrations.LifetimeFacts {
	l := s.Lifetime
	out := integrations.LifetimeFacts{Access: l.Access.words(), Rotates: l.Rotates, Limits: l.Limits}
	switch idle, absolute := l.Refresh.Idle.words(), l.Refresh.Absolute.words(); {
	case idle != "" && absolute != "":
		out.Refresh = idle + " without use, " + absolute + " at most"
	case l.Refresh.Idle.word == "never" || l.Refresh.Absolute.word == "never":
		out.Refresh = "no expiry"
	case idle != "":
		out.Refresh = idle + " without use"
	case absolute != "":
		out.Refresh = absolute + " from the sign-in on"
	}
	if s.Refresh.Strategy == "none" && l.Access.word == "never" {
		out.Access, out.Refresh = "no expiry, nothing to refresh", "none"
	}
	for _, c := range l.Cases {
		words := c.When
		if a := c.Access.words(); a != "" {
			words += ": access token " + a
		}
		if r := c.Refresh.words(); r != "" {
			words += ": refresh token " + r
		}
		out.Cases = append(out.Cases, words)
	}
	return out
}

// defaults are the variables that are set without a user.
func (s *spec) defaults() template.Env {
	return template.Env{
		Lookup: func(name string) (any, bool) {
			in, ok := s.Inputs.values[name]
			if !ok || in.Default == nil {
				return nil, false
			}
			return in.Default.value, true
		},
		Now: time.Now,
	}
}

// fillPage is the address of a page for people, "" if it depends on what only the user knows.
func (s *spec) fillPage(t *tmpl) string {
	if t == nil {
		return ""
	}
	address, err := t.URL(s.defaults())
	if err != nil {
		return ""
	}
	return address
}

// fillText is a text for people; as it was written if it depends on what only the user knows.
func (s *spec) fillText(t *tmpl) string {
	text, ok, err := t.Text(s.defaults())
	if err != nil || !ok {
		return t.Source()
	}
	return text
}
