package screentest

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
	"authdeck/tui/screen"
)

// Deck answers with what stands in its fields. A nil function is an answer of zero values.
type Deck struct {
	Rows       []screen.Row
	Catalogue  []connections.IntegrationView
	ListErr    error
	Configs    map[string]integrations.Config
	Redirects  map[string]string
	ActionSet  []integrations.Action
	ActionsErr error
	LoginFunc  func(ctx context.Context, r connections.LoginRequest) (screen.Login, error)
	SetFunc    func(id string, items integrations.Config) error
	PictureOf  func(ctx context.Context, id string) (integrations.Picture, error)
	RunFunc    func(ctx context.Context, r connections.RunRequest) (connections.RunResult, error)
	Found      []connections.FoundAction
	ChoiceOf   func(ctx context.Context, r connections.ChoicesRequest) (connections.Choices, error)
	FieldsOf   func(ctx context.Context, r connections.LoadRequest) ([]integrations.Param, error)
	Saved      int // how often a file of the integration was saved
	SampleOf   func(ctx context.Context, r connections.LoadRequest) (json.RawMessage, error)
	Past       []connections.PastRun
	Used       map[string]time.Time // what LastUsed answers
	Last       json.RawMessage      // what LastResult answers

	mu       sync.Mutex
	Logins   []connections.LoginRequest
	Sets     []integrations.Config
	Runs     []connections.RunRequest
	Pictures []string
	Asked    []connections.ChoicesRequest
	Kept     []connections.Preset
}

var _ screen.Deck = (*Deck)(nil)

// List returns Rows.
func (d *Deck) List(context.Context) ([]screen.Row, error) { return d.Rows, nil }

// Show finds one of Rows by name.
func (d *Deck) Show(_ context.Context, ref string) (connections.Detail, error) {
	for _, r := range d.Rows {
		if r.Name == ref {
			return connections.Detail{View: r}, nil
		}
	}
	return connections.Detail{}, &connections.Error{Kind: connections.KindNotFound, Message: "no connection " + ref}
}

// Changes never sends.
func (d *Deck) Changes(context.Context) (<-chan struct{}, error) { return nil, nil }

// History is empty.
func (d *Deck) History(context.Context, string) ([]store.Event, error) { return nil, nil }

// Rename does nothing.
func (d *Deck) Rename(context.Context, string, string) error { return nil }

// Remove does nothing.
func (d *Deck) Remove(context.Context, string) error { return nil }

// Refresh does nothing.
func (d *Deck) Refresh(context.Context, string) (connections.Detail, connections.Outcome, error) {
	return connections.Detail{}, connections.OutcomeUnchanged, nil
}

// Revoke does nothing.
func (d *Deck) Revoke(context.Context, string) (connections.Revocation, error) {
	return connections.Revocation{}, nil
}

// Siblings are none.
func (d *Deck) Siblings(context.Context, string) ([]string, error) { return nil, nil }

// Inspect sees nothing.
func (d *Deck) Inspect(context.Context, string) (connections.Inspection, error) {
	return connections.Inspection{}, nil
}

// Actions returns ActionSet.
func (d *Deck) Actions(context.Context, string) ([]integrations.Action, error) {
	return d.ActionSet, d.ActionsErr
}

// Run notes the request and asks RunFunc.
func (d *Deck) Run(ctx context.Context, r connections.RunRequest) (connections.RunResult, error) {
	d.mu.Lock()
	d.Runs = append(d.Runs, r)
	d.mu.Unlock()
	if d.RunFunc == nil {
		return connections.RunResult{}, nil
	}
	return d.RunFunc(ctx, r)
}

// AllActions returns Found.
func (d *Deck) AllActions(context.Context) ([]connections.FoundAction, error) { return d.Found, nil }

// Choices notes the request and asks ChoiceOf.
func (d *Deck) Choices(ctx context.Context, r connections.ChoicesRequest) (connections.Choices, error) {
	d.mu.Lock()
	d.Asked = append(d.Asked, r)
	d.mu.Unlock()
	if d.ChoiceOf == nil {
		return connections.Choices{}, nil
	}
	return d.ChoiceOf(ctx, r)
}

// Fields asks FieldsOf.
func (d *Deck) Fields(ctx context.Context, r connections.LoadRequest) ([]integrations.Param, error) {
	if d.FieldsOf == nil {
		return nil, nil
	}
	return d.FieldsOf(ctx, r)
}

// Sample asks SampleOf.
func (d *Deck) Sample(ctx context.Context, r connections.LoadRequest) (json.RawMessage, error) {
	if d.SampleOf == nil {
		return nil, nil
	}
	return d.SampleOf(ctx, r)
}

// Presets returns Kept.
func (d *Deck) Presets(context.Context, string, string) ([]connections.Preset, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.Kept), nil
}

// SavePreset adds to Kept.
func (d *Deck) SavePreset(_ context.Context, _, _ string, p connections.Preset) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Kept = append(d.Kept, p)
	return nil
}

// RemovePreset takes it out of Kept.
func (d *Deck) RemovePreset(_ context.Context, _, _, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Kept = slices.DeleteFunc(d.Kept, func(p connections.Preset) bool { return p.Name == name })
	return nil
}

// LastUsed returns Used.
func (d *Deck) LastUsed(context.Context, string) map[string]time.Time { return d.Used }

// PastRuns returns Past.
func (d *Deck) PastRuns(context.Context, string, string) ([]connections.PastRun, error) {
	return d.Past, nil
}

// LastResult returns Last.
func (d *Deck) LastResult(context.Context, string, string, string) (json.RawMessage, error) {
	return d.Last, nil
}

// Integrations returns the list and its error.
func (d *Deck) Integrations(context.Context) ([]connections.IntegrationView, error) {
	return d.Catalogue, d.ListErr
}

// Integration finds one by id.
func (d *Deck) Integration(_ context.Context, id string) (connections.IntegrationView, error) {
	for _, v := range d.Catalogue {
		if v.ID == id {
			return v, nil
		}
	}
	return connections.IntegrationView{}, &connections.Error{Kind: connections.KindNotFound, Message: "no integration " + id}
}

// Stamp is Saved, for an integration that comes from a file.
func (d *Deck) Stamp(origin string) string {
	if origin == "" {
		return ""
	}
	return strconv.Itoa(d.Saved)
}

// Picture notes the id and asks PictureOf.
func (d *Deck) Picture(ctx context.Context, id string) (integrations.Picture, error) {
	d.mu.Lock()
	d.Pictures = append(d.Pictures, id)
	d.mu.Unlock()
	if d.PictureOf == nil {
		return integrations.Picture{}, &connections.Error{Kind: connections.KindNotFound, Message: "no icon of " + id}
	}
	return d.PictureOf(ctx, id)
}

// Config returns what Configs has.
func (d *Deck) Config(_ context.Context, id string) (integrations.Config, error) {
	return d.Configs[id], nil
}

// SetConfig notes the items and asks SetFunc.
func (d *Deck) SetConfig(_ context.Context, id string, items integrations.Config) error {
	d.mu.Lock()
	d.Sets = append(d.Sets, items)
	d.mu.Unlock()
	if d.SetFunc == nil {
		return nil
	}
	return d.SetFunc(id, items)
}

// RedirectURI returns what Redirects has.
func (d *Deck) RedirectURI(_ context.Context, id string, _ int) (string, error) {
	return d.Redirects[id], nil
}

// Login notes the request and asks LoginFunc.
func (d *Deck) Login(ctx context.Context, r connections.LoginRequest) (screen.Login, error) {
	d.mu.Lock()
	d.Logins = append(d.Logins, r)
	d.mu.Unlock()
	return d.LoginFunc(ctx, r)
}

// StoreStatus describes an empty store in memory.
func (d *Deck) StoreStatus(context.Context) (store.Status, error) {
	return store.Status{Format: store.Format, UnlockedBy: store.SlotMemory}, nil
}

// KeepIdle is always off.
func (d *Deck) KeepIdle(context.Context) (bool, error) { return false, nil }

// SetKeepIdle does nothing.
func (d *Deck) SetKeepIdle(context.Context, bool) error { return nil }

// ForgetRuns forgets Past.
func (d *Deck) ForgetRuns(context.Context, string, string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Past = nil
	return nil
}
