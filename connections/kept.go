package connections

import (
	"encoding/json"
	"slices"
	"strings"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// What a user's actions leave behind is sealed in the store's settings: presets (presets.go), past runs (pastruns.go) and the hosts
// that a service's calls reached (reached.go).

const (
	sectionPresets = "presets" // key: actionKey; value: []Preset
	sectionRuns    = "runs"    // key: actionKey; value: []storedRun, newest first
	sectionResults = "results" // key: resultKey; value: keptResult
	sectionReached = "reached" // key: integration id; value: []string
)

// actionKey is the key of what is kept of an action. An id has no "/".
func actionKey(integration, action string) string { return integration + "/" + action }

// Values are parameters by name that come back from the store as they went in: their numbers are json.Number.
type Values map[string]any

// UnmarshalJSON keeps the digits of numbers.
func (v *Values) UnmarshalJSON(raw []byte) error {
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return err
	}
	*v = m
	return nil
}

// hiddenWord stands in what is kept where a secret stood. It is no mask of dots, since the store refuses those: a record with them has
// lost what it was to keep, while this one never was to keep it.
const hiddenWord = "[secret]"

// hider takes the secrets of a run out of what is kept of it.
type hider struct{ secrets []secret.String }

// newHider knows the tokens of a run, those in what the integration keeps with the grant, and the secret config items.
func newHider(r *running) hider {
	h := hider{secrets: append(slices.Clone(r.secrets), secretsIn(r.kept.Extra)...)}
	if raw, err := json.Marshal(r.kept.UserData); err == nil {
		h.secrets = append(h.secrets, secretsIn(raw)...)
	}
	for _, in := range r.info.Inputs {
		if v := r.cfg[in.Name]; in.Secret && !v.IsZero() {
			h.secrets = append(h.secrets, v)
		}
	}
	return h
}

// secretsIn are the texts in a JSON value whose names say that they are secrets.
func secretsIn(raw json.RawMessage) []secret.String {
	var plain, shown any
	if json.Unmarshal(raw, &plain) != nil || json.Unmarshal([]byte(secret.RedactBody("application/json", raw, 0)), &shown) != nil {
		return nil
	}
	var found []secret.String
	var walk func(a, b any)
	walk = func(a, b any) {
		switch x := a.(type) {
		case map[string]any:
			y, _ := b.(map[string]any)
			for name := range x {
				walk(x[name], y[name])
			}
		case []any:
			y, _ := b.([]any)
			for i := range min(len(x), len(y)) {
				walk(x[i], y[i])
			}
		case string:
			if b == secret.Mask && x != "" {
				found = append(found, secret.New(x))
			}
		}
	}
	walk(plain, shown)
	return found
}

// text is s without them.
func (h hider) text(s string) string {
	return strings.ReplaceAll(oauthflow.Masked(s, h.secrets), secret.Mask, hiddenWord)
}

// json is a value without them, null if it is no JSON without them any more.
func (h hider) json(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	raw = json.RawMessage(h.text(string(raw)))
	if !json.Valid(raw) {
		return nil
	}
	return raw
}

func (h hider) values(m map[string]any) Values {
	var out Values
	if len(m) == 0 || json.Unmarshal(h.json(m), &out) != nil {
		return nil
	}
	return out
}

func (h hider) texts(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for name, text := range m {
		out[name] = h.text(text)
	}
	return out
}
