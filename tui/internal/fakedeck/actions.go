package fakedeck

import (
	"context"
	"encoding/json"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
)

// AllActions are none.
func (d *Deck) AllActions(context.Context) ([]connections.FoundAction, error) { return nil, nil }

// Choices are none.
func (d *Deck) Choices(context.Context, connections.ChoicesRequest) (connections.Choices, error) {
	return connections.Choices{}, nil
}

// Fields are none.
func (d *Deck) Fields(context.Context, connections.LoadRequest) ([]integrations.Param, error) {
	return nil, nil
}

// Sample is none.
func (d *Deck) Sample(context.Context, connections.LoadRequest) (json.RawMessage, error) {
	return nil, nil
}

// Presets are none.
func (d *Deck) Presets(context.Context, string, string) ([]connections.Preset, error) {
	return nil, nil
}

// SavePreset does nothing.
func (d *Deck) SavePreset(context.Context, string, string, connections.Preset) error { return nil }

// RemovePreset does nothing.
func (d *Deck) RemovePreset(context.Context, string, string, string) error { return nil }

// LastUsed is nothing.
func (d *Deck) LastUsed(context.Context, string) map[string]time.Time { return nil }

// PastRuns are none.
func (d *Deck) PastRuns(context.Context, string, string) ([]connections.PastRun, error) {
	return nil, nil
}

// ForgetRuns does nothing.
func (d *Deck) ForgetRuns(context.Context, string, string) error { return nil }

// LastResult is none.
func (d *Deck) LastResult(context.Context, string, string, string) (json.RawMessage, error) {
	return nil, nil
}
