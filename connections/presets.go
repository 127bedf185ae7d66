package connections

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/store"
)

// Preset is what a user keeps of an action's parameters under a name, sealed like tokens: it may hold secrets.
type Preset struct {
	Name   string            `json:"name"`
	Params Values            `json:"params,omitempty"` // as RunRequest.Params
	Texts  map[string]string `json:"texts,omitempty"`  // as RunRequest.Texts
	Saved  time.Time         `json:"saved"`            // set by SavePreset
}

const (
	presetsMost = 100
	presetSize  = 1 << 20 // bytes of all presets of one action
)

// SavePreset keeps p for an action of an integration (its id), in the place of one with the same name.
func (s *Service) SavePreset(ctx context.Context, integration, action string, p Preset) error {
	if p.Name == "" || safetext.Line(p.Name, nameCells) != p.Name {
		return &Error{Kind: KindUsage, Message: quote(p.Name) + " cannot be the name of a preset", Hint: "one line of at most 64 columns is wanted"}
	}
	p.Saved = s.now()
	return s.changePresets(ctx, integration, action, func(list []Preset) ([]Preset, error) {
		list = slices.DeleteFunc(list, func(o Preset) bool { return o.Name == p.Name })
		if len(list) == presetsMost {
			return nil, &Error{Kind: KindUsage, Message: "an action has at most 100 presets", Hint: "remove one first"}
		}
		return append(list, p), nil
	})
}

// Presets are those of an action, by name.
func (s *Service) Presets(ctx context.Context, integration, action string) ([]Preset, error) {
	var list []Preset
	err := s.o.Store.Setting(ctx, sectionPresets, actionKey(integration, action), &list)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, storeError("read presets", err)
	}
	slices.SortFunc(list, func(a, b Preset) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// Preset finds one by name; KindNotFound names the nearest.
func (s *Service) Preset(ctx context.Context, integration, action, name string) (Preset, error) {
	list, err := s.Presets(ctx, integration, action)
	if err != nil {
		return Preset{}, err
	}
	names := make([]string, len(list))
	for i, p := range list {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Preset{}, noPreset(action, name, names)
}

// RemovePreset forgets one; KindNotFound if there is none of that name.
func (s *Service) RemovePreset(ctx context.Context, integration, action, name string) error {
	return s.changePresets(ctx, integration, action, func(list []Preset) ([]Preset, error) {
		rest := slices.DeleteFunc(slices.Clone(list), func(p Preset) bool { return p.Name == name })
		if len(rest) == len(list) {
			return nil, noPreset(action, name, nil)
		}
		return rest, nil
	})
}

func noPreset(action, name string, names []string) error {
	e := &Error{
		Kind: KindNotFound, Message: safetext.Line(action, 60) + " has no preset " + quote(name),
		Hint: "`authdeck run CONN " + safetext.Line(action, 60) + " --save-preset NAME` keeps one",
	}
	if near := nearest(name, names); near != "" {
		e.Hint = "did you mean " + safetext.Line(near, 60) + "?"
	}
	return e
}

// changePresets reads, changes and writes; of two at once, none loses a preset.
func (s *Service) changePresets(ctx context.Context, integration, action string, change func([]Preset) ([]Preset, error)) error {
	key := actionKey(integration, action)
	unlock, err := s.lockNamed(ctx, "presets of "+key)
	if err != nil {
		return err
	}
	defer unlock()
	list, err := s.Presets(ctx, integration, action)
	if err != nil {
		return err
	}
	if list, err = change(list); err != nil {
		return err
	}
	raw, err := json.Marshal(list)
	switch {
	case err != nil:
		return &Error{Kind: KindUsage, Message: "a value of the preset is no JSON", Hint: "`authdeck actions` lists the parameters", Err: err}
	case len(raw) > presetSize:
		return &Error{Kind: KindUsage, Message: "the presets of an action take at most 1 MB", Hint: "name a file instead of its content, or remove a preset"}
	case bytes.Contains(raw, []byte(secret.Mask)):
		return &Error{Kind: KindUsage, Message: "a value of the preset is a masked secret", Hint: "type the secret itself: presets are sealed like tokens"}
	}
	var value any = list
	if len(list) == 0 {
		value = nil
	}
	return storeError("write presets", s.o.Store.PutSetting(ctx, sectionPresets, key, value))
}
