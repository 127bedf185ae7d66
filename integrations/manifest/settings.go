package manifest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// The config items that a registration keeps besides client_id and client_secret.
const (
	itemID       = "client_id"
	itemSecret   = "client_secret"
	itemAuth     = "client_auth" // the client authentication that the server wants
	itemRegURI   = "registration_uri"
	itemRegToken = "registration_token"
)

// settings are the config items of one call, checked, as variables of templates.
type settings struct {
	i        *integration
	vars     map[string]any
	clientID string
	secret   secret.String
	auth     string // "" unless a registration said so
	secrets  []secret.String
}

// settings checks the config items; errors wrap [integrations.ErrNotConfigured].
func (i *integration) settings(cfg integrations.Config) (settings, error) {
	s := settings{i: i, vars: map[string]any{}, secret: cfg[itemSecret], auth: cfg[itemAuth].Reveal()}
	var missing []string
	for _, in := range i.info.Inputs {
		value := cfg[in.Name].Reveal()
		if value == "" {
			value = in.Default
		}
		if value == "" {
			if in.Required && in.Name != itemID {
				missing = append(missing, in.Name)
			}
			continue
		}
		if !fits(in, value) {
			return s, fmt.Errorf("%w: %s does not fit what the manifest allows", integrations.ErrNotConfigured, in.Name)
		}
		if in.Secret {
			s.secrets = append(s.secrets, secret.New(value))
		}
		s.vars[in.Name] = value
		if in.Type == "bool" {
			s.vars[in.Name] = value == "true"
		}
	}
	s.clientID = cfg[itemID].Reveal()
	if s.clientID == "" {
		s.clientID = i.spec.Client.ID
	}
	if s.clientID == "" {
		missing = append([]string{itemID}, missing...)
	}
	if len(missing) > 0 {
		return s, fmt.Errorf("%w: %s missing", integrations.ErrNotConfigured, strings.Join(missing, ", "))
	}
	s.vars[itemID] = s.clientID
	if !s.secret.IsZero() {
		s.vars[itemSecret] = s.secret.Reveal()
		s.secrets = append(s.secrets, s.secret)
	}
	return s, nil
}

func fits(in integrations.Input, value string) bool {
	if in.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + in.Pattern + `)$`)
		if err != nil || !re.MatchString(value) {
			return false
		}
	}
	return in.Type != "choice" || slices.ContainsFunc(in.Options, func(o integrations.Option) bool { return o.Value == value })
}

// with returns a copy that knows further variables; those that are nil are left out.
func (s settings) with(more map[string]any) settings {
	vars := maps.Clone(s.vars)
	for k, v := range more {
		if v != nil {
			vars[k] = v
		}
	}
	s.vars = vars
	return s
}

// env is what templates are filled from.
func (s settings) env() template.Env {
	return template.Env{
		Lookup: s.lookup,
		Now:    func() time.Time { return s.i.now() },
		Rand:   s.i.rand,
	}
}

func (s settings) lookup(name string) (any, bool) {
	if name == "now" {
		return s.i.now().Format(time.RFC3339), true
	}
	if v, ok := s.vars[name]; ok {
		return v, true
	}
	head, rest, ok := strings.Cut(name, ".")
	if !ok {
		return nil, false
	}
	v, ok := s.vars[head]
	if !ok {
		return nil, false
	}
	return oauthflow.Path(v, rest)
}

// url fills an address and checks it; what names the key in messages.
func (s settings) url(t *tmpl, what string) (string, error) {
	address, err := t.URL(s.env())
	if err == nil {
		err = oauthflow.CheckEndpoint(address)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %s: %s", integrations.ErrNotConfigured, what, safetext.Line(err.Error(), 200))
	}
	return address, nil
}

func (i *integration) now() time.Time {
	if i.c.Clock == nil {
		return time.Now().Round(0).UTC()
	}
	return i.c.Clock.Wall()
}
