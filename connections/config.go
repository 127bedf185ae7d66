package connections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/store"
)

// sectionConfig is where config items are sealed: key = integration id, value = a JSON object of texts.
const sectionConfig = "integration"

// itemClientID is the config item that NeedsID speaks of.
const itemClientID = "client_id"

// Config returns the config items that are set; secrets stay masked.
func (s *Service) Config(ctx context.Context, id string) (integrations.Config, error) {
	items := map[string]string{}
	if err := s.o.Store.Setting(ctx, sectionConfig, id, &items); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, storeError("read config items", err)
	}
	return sealedItems(items), nil
}

func (s *Service) allConfig(ctx context.Context) (map[string]integrations.Config, error) {
	raw, err := s.o.Store.Settings(ctx, sectionConfig)
	if err != nil {
		return nil, storeError("read config items", err)
	}
	all := make(map[string]integrations.Config, len(raw))
	for id, b := range raw {
		items := map[string]string{}
		if err := json.Unmarshal(b, &items); err != nil {
			return nil, storeError("read config items", err)
		}
		all[id] = sealedItems(items)
	}
	return all, nil
}

func sealedItems(items map[string]string) integrations.Config {
	cfg := make(integrations.Config, len(items))
	for k, v := range items {
		cfg[k] = secret.New(v)
	}
	return cfg
}

// fullConfig is what an operation gets: defaults, then the user's items, then what this connection captured.
func (s *Service) fullConfig(ctx context.Context, info integrations.Info, captured map[string]string) (integrations.Config, error) {
	if err := s.sameOrigin(ctx, info); err != nil {
		return nil, err
	}
	set, err := s.Config(ctx, info.ID)
	if err != nil {
		return nil, err
	}
	return merged(info, set, captured), nil
}

func merged(info integrations.Info, set integrations.Config, captured map[string]string) integrations.Config {
	cfg := integrations.Config{}
	for _, in := range info.Inputs {
		if in.Default != "" {
			cfg[in.Name] = secret.New(in.Default)
		}
	}
	maps.Copy(cfg, set)
	maps.Copy(cfg, sealedItems(captured))
	return cfg
}

// SetConfig checks (pattern, choice, unknown names) and seals config items; an empty value removes one. Connections whose
// refresh was refused because of the old settings are tried again.
func (s *Service) SetConfig(ctx context.Context, id string, items integrations.Config) error {
	integ, err := s.o.Registry.Find(ctx, id)
	if err != nil {
		return s.unknownIntegration(ctx, id, err)
	}
	info := integ.Info()
	checked := make(integrations.Config, len(items))
	for name, value := range items {
		in, err := inputNamed(info, name)
		if err != nil {
			return err
		}
		if checked[name], err = checkItem(in, value); err != nil {
			return err
		}
	}
	if err := s.saveConfig(ctx, id, checked); err != nil {
		return err
	}
	return s.retryConfigured(ctx, id)
}

// saveConfig merges items into what is set, without checks: what a registration returned goes this way as well. Of two at
// once, none loses an item.
func (s *Service) saveConfig(ctx context.Context, id string, items integrations.Config) error {
	unlock, err := s.lockNamed(ctx, "config items of "+id)
	if err != nil {
		return err
	}
	defer unlock()
	set, err := s.Config(ctx, id)
	if err != nil {
		return err
	}
	plain := map[string]string{}
	maps.Copy(set, items)
	for k, v := range set {
		if !v.IsZero() {
			plain[k] = v.Reveal()
		}
	}
	var value any = plain
	if len(plain) == 0 {
		value = nil
	}
	if err := s.o.Store.PutSetting(ctx, sectionConfig, id, value); err != nil {
		return storeError("write config items", err)
	}
	return nil
}

// namedWait is how long a lock that is no connection's is waited for; it is held for one reading and one writing.
const namedWait = 10 * time.Second

// lockNamed takes a lock of the store that belongs to no connection.
func (s *Service) lockNamed(ctx context.Context, name string) (store.Unlock, error) {
	ctx, cancel := context.WithTimeout(ctx, namedWait)
	defer cancel()
	sum := sha256.Sum256([]byte(name))
	unlock, err := s.o.Store.Lock(ctx, hex.EncodeToString(sum[:16]))
	if err != nil {
		return nil, storeError("lock the "+safetext.Line(name, 80), err)
	}
	return unlock, nil
}

// ClearConfig forgets all config items of an integration, for one that is removed, with the presets and past runs of its actions.
func (s *Service) ClearConfig(ctx context.Context, id string) error {
	if err := s.o.Store.PutSetting(ctx, sectionConfig, id, nil); err != nil {
		return storeError("remove config items", err)
	}
	return s.forgetIntegration(ctx, id)
}

// retryConfigured forgets that the settings were refused, so that the keeper tries the new ones.
func (s *Service) retryConfigured(ctx context.Context, integration string) error {
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return storeError("list connections", err)
	}
	for _, r := range rows {
		if r.Integration != integration || r.Health.Trouble != store.TroubleConfiguration {
			continue
		}
		c, err := s.o.Store.Get(ctx, r.ID)
		if err != nil {
			continue // removed meanwhile
		}
		if _, err := s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
			if c.Health.Trouble == store.TroubleConfiguration {
				c.Health = untroubled(c.Grant)
			}
			return store.Write{}, nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// inputNamed finds a config item; an unknown name is answered with the nearest.
func inputNamed(info integrations.Info, name string) (integrations.Input, error) {
	names := make([]string, len(info.Inputs))
	for i, in := range info.Inputs {
		if in.Name == name {
			return in, nil
		}
		names[i] = in.Name
	}
	hint := safetext.Line(info.ID, 60) + " has no config items"
	if len(names) > 0 {
		hint = "there are: " + safetext.Line(strings.Join(names, ", "), 200)
	}
	if near := nearest(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return integrations.Input{}, &Error{
		Kind: KindUsage, Message: fmt.Sprintf("%s has no config item %s", safetext.Line(info.ID, 60), quote(name)), Hint: hint,
	}
}

// checkItem makes a typed value the one to keep: blanks, prefix and suffix stripped, held against type and pattern. The
// value is never in an error.
func checkItem(in integrations.Input, value secret.String) (secret.String, error) {
	v := value.Reveal()
	if in.Type != "text" {
		v = strings.TrimSpace(v)
	}
	if v == "" {
		return secret.String{}, nil
	}
	v = strings.TrimSuffix(strings.TrimPrefix(v, in.Prefix), in.Suffix)
	if why := itemProblem(in, v); why != "" {
		e := &Error{Kind: KindUsage, Message: fmt.Sprintf("%s does not fit: %s", safetext.Line(in.Name, 60), why), Hint: safetext.Line(in.Hint, 200)}
		if in.Example != "" {
			e.Hint = join(e.Hint, "for example "+safetext.Line(in.Example, 100))
		}
		if e.Hint == "" {
			e.Hint = "`authdeck integrations show` describes each item"
		}
		return secret.String{}, e
	}
	return secret.New(v), nil
}

func itemProblem(in integrations.Input, v string) string {
	if in.Type != "text" && strings.ContainsFunc(v, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return "it holds a control character"
	}
	switch in.Type {
	case "bool":
		if v != "true" && v != "false" {
			return "true or false is wanted"
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return "a date like 2026-11-25 is wanted"
		}
	}
	if len(in.Options) > 0 && !slices.ContainsFunc(in.Options, func(o integrations.Option) bool { return o.Value == v }) {
		values := make([]string, len(in.Options))
		for i, o := range in.Options {
			values[i] = o.Value
		}
		return "one of these is wanted: " + safetext.Line(strings.Join(values, ", "), 200)
	}
	if in.Pattern != "" {
		p, err := regexp.Compile(`^(?:` + in.Pattern + `)$`)
		if err != nil {
			return "its pattern in the manifest cannot be read"
		}
		if !p.MatchString(v) {
			return "the pattern " + safetext.Line(in.Pattern, 100) + " is wanted"
		}
	}
	return ""
}

// missingItem names the first config item without which no login can begin, "" if there is none. A client that can be
// registered by itself is not missing.
func missingItem(info integrations.Info, cfg integrations.Config) string {
	for _, in := range info.Inputs {
		made := in.Name == itemClientID && info.Register
		if in.Required && in.Default == "" && cfg[in.Name].IsZero() && !made {
			return in.Name
		}
	}
	if info.NeedsID && !info.Register && cfg[itemClientID].IsZero() {
		return itemClientID
	}
	return ""
}
