package flowrunner

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/flowrunner/engine"
	"authdeck/internal/secret"
)

// call makes the invocation of a method: config items with their types, the headers of §1.5, and what must not show.
func (s *Service) call(method string, cfg integrations.Config, kept integrations.Kept, args []any) (call, error) {
	c := call{folder: s.folder, method: method, transport: s.transport, hear: s.hear, call: engine.Call{
		Args:   []json.RawMessage{},
		Method: method, Config: map[string]json.RawMessage{}, Request: engine.CallRequest{Headers: s.headers(kept)},
	}}
	for i, a := range args {
		raw, err := json.Marshal(a)
		if err != nil {
			return call{}, fmt.Errorf("call %s: argument %d cannot be handed over", method, i+1)
		}
		c.call.Args = append(c.call.Args, raw)
	}
	var data map[string]any
	if json.Unmarshal(kept.Extra, &data) == nil {
		c.secrets = append(c.secrets, secretLeaves(data, shownData(data))...)
	}
	if err := s.config(&c, cfg); err != nil {
		return call{}, err
	}
	for _, t := range []secret.String{kept.AccessToken, kept.RefreshToken} {
		if !t.IsZero() {
			c.secrets = append(c.secrets, t)
			c.secrets = append(c.secrets, partsOf(t)...)
		}
	}
	return c, nil
}

// secretLeaves are the texts of user data that are not shown: those that are masked by name or by looks.
func secretLeaves(raw, shown any) []secret.String {
	switch r := raw.(type) {
	case string:
		if s, ok := shown.(string); !ok || s != r { // itself, or what it stands in, is masked
			return []secret.String{secret.New(r)}
		}
	case map[string]any:
		s, _ := shown.(map[string]any)
		var list []secret.String
		for name, v := range r {
			list = append(list, secretLeaves(v, s[name])...)
		}
		return list
	case []any:
		s, _ := shown.([]any)
		var list []secret.String
		for i, v := range r {
			if i < len(s) {
				list = append(list, secretLeaves(v, s[i])...)
			}
		}
		return list
	}
	return nil
}

// partsOf are the long parts of a token in which a service keeps several values: each of them is as secret as the whole.
func partsOf(token secret.String) []secret.String {
	text := token.Reveal()
	parts := strings.FieldsFunc(text, func(c rune) bool {
		return !strings.ContainsRune("._~+/=-", c) && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
	var list []secret.String
	for _, p := range parts {
		if len(p) >= 16 && p != text && !strings.HasPrefix(p, "//") {
			list = append(list, secret.New(p))
		}
	}
	return list
}

// config puts the values of the declared items into the call (§1.3). A required item without one is an error that names it.
func (s *Service) config(c *call, cfg integrations.Config) error {
	for _, item := range s.record.Read.Items {
		given, ok := cfg[item.Name]
		if key, found := loosely(cfg, item.Name); s.loose && !ok && found {
			given, ok = cfg[key], true
		}
		var value any = given.Reveal()
		if !ok || given.Reveal() == "" {
			value, ok = item.Default, item.Default != nil
		}
		if !ok {
			if item.Required && !s.loose {
				return fmt.Errorf("%w: %s is missing", integrations.ErrNotConfigured, item.Name)
			}
			c.call.Absent = append(c.call.Absent, item.Name)
			continue
		}
		if secretItem(item) {
			c.secrets = append(c.secrets, given)
		}
		// What the service names as a default opens nothing: only the user may.
		byDefault := given.Reveal() == textOf(item.Default)
		if host := hostIn(given.Reveal()); host != "" && !byDefault && !slices.Contains(c.hosts, host) {
			c.hosts = append(c.hosts, host)
		}
		raw, err := json.Marshal(typedItem(item.Type, value))
		if err != nil {
			return fmt.Errorf("config item %s cannot be handed over", item.Name)
		}
		c.call.Config[item.Name] = raw
		if item.Type == "DATE" {
			c.call.Dates = append(c.call.Dates, item.Name)
		}
	}
	if s.loose {
		return c.take(cfg)
	}
	return nil
}

// take adds all config items under the names that they have: those of a manifest, whose code declares none.
func (c *call) take(cfg integrations.Config) error {
	for name, v := range cfg {
		if secretItem(annotation.Item{Name: name}) {
			c.secrets = append(c.secrets, v)
		}
		if host := hostIn(v.Reveal()); host != "" && !slices.Contains(c.hosts, host) {
			c.hosts = append(c.hosts, host)
		}
		raw, err := json.Marshal(v.Reveal())
		if err != nil {
			return fmt.Errorf("config item %s cannot be handed over", name)
		}
		c.call.Config[name] = raw
	}
	return nil
}

// typedItem is the value that the service gets: a boolean of a BOOL, milliseconds of a DATE, else the text.
func typedItem(kind string, value any) any {
	text, isText := value.(string)
	if !isText {
		return value
	}
	switch kind {
	case "BOOL":
		return text == "true"
	case "DATE":
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	}
	return text
}

// hostIn is the host of a config item that is an address or a host's name: the user typed it, so it may lie on the local network.
func hostIn(value any) string {
	text, ok := value.(string)
	if !ok || strings.ContainsAny(text, " \n\t") || len(text) > 300 {
		return ""
	}
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil {
			return ""
		}
		return strings.ToLower(u.Hostname())
	}
	host, _, _ := strings.Cut(text, "/")
	host, _, _ = strings.Cut(host, ":")
	if strings.Contains(host, ".") || host == "localhost" {
		return strings.ToLower(host)
	}
	return ""
}

// headers are request.headers: the token, and each member of the user data (§1.5).
func (s *Service) headers(kept integrations.Kept) map[string]string {
	h := map[string]string{}
	if kept.AccessToken.IsZero() {
		return h
	}
	h["oauth-access-token"] = kept.AccessToken.Reveal()
	var data map[string]json.RawMessage
	if json.Unmarshal(kept.Extra, &data) != nil {
		return h
	}
	for name, raw := range data {
		var v any
		if json.Unmarshal(raw, &v) != nil || v == nil {
			continue
		}
		value := string(raw)
		if t, ok := v.(string); ok {
			value = t
		}
		h["oauth-user-data-"+strings.ToLower(name)] = value
	}
	return h
}

// secretItem guesses from name and label, since FlowRunner has no mark for it; what is doubtful counts as secret.
func secretItem(i annotation.Item) bool {
	words := strings.ToLower(i.Name + " " + i.DisplayName)
	for _, w := range []string{"secret", "token", "password", "passphrase", "private", "credential", "apikey", "api key", "api_key", "accesskey", "access key", "signature"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	return strings.HasSuffix(strings.ToLower(i.Name), "key") && !strings.Contains(words, "public")
}
