package fakedeck

import (
	"context"
	"slices"
	"sync"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/store"
	"authdeck/tui/screen"
)

// Deck answers from memory. Set its fields before the UI starts; afterwards only by its methods.
type Deck struct {
	Now     func() time.Time
	Known   []connections.IntegrationView
	Family  []string // what Siblings answers
	Icons   func(ctx context.Context, id string) (integrations.Picture, error)
	LoginAs func(connections.LoginRequest) (screen.Login, error)
	// Hold, if set, is waited for by Refresh, Revoke, Rename and Remove.
	Hold chan struct{}
	Fail error // what those four answer instead
	Look connections.Inspection

	mu      sync.Mutex
	rows    []store.Summary
	events  []store.Event
	changes chan struct{}
	asked   []string
	lists   int

	keepIdle bool
}

// New makes a deck of these connections.
func New(now func() time.Time, rows ...store.Summary) *Deck {
	return &Deck{Now: now, rows: rows, changes: make(chan struct{}, 1)}
}

func (d *Deck) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
}

// Asked are the calls that would change something, in their order.
func (d *Deck) Asked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asked)
}

// Lists is how often the rows were read.
func (d *Deck) Lists() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lists
}

// Set changes connections and says so to who watches.
func (d *Deck) Set(change func([]store.Summary) []store.Summary) {
	d.mu.Lock()
	d.rows = change(slices.Clone(d.rows))
	d.mu.Unlock()
	select {
	case d.changes <- struct{}{}:
	default:
	}
}

// Log adds events.
func (d *Deck) Log(events ...store.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, events...)
}

func (d *Deck) row(s store.Summary) screen.Row {
	st, why := connections.StateOf(s, d.Now())
	return screen.Row{Summary: s, State: st, Reason: why, RefreshAt: connections.RefreshAt(s)}
}

// List returns all rows.
func (d *Deck) List(context.Context) ([]screen.Row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lists++
	out := make([]screen.Row, len(d.rows))
	for i, s := range d.rows {
		out[i] = d.row(s)
	}
	return out, nil
}

func (d *Deck) find(ref string) (store.Summary, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.rows {
		if s.ID == ref || s.Name == ref {
			return s, nil
		}
	}
	return store.Summary{}, &connections.Error{Kind: connections.KindNotFound, Message: "there is no connection " + ref}
}

// Show returns a connection with made-up tokens.
func (d *Deck) Show(_ context.Context, ref string) (connections.Detail, error) {
	s, err := d.find(ref)
	if err != nil {
		return connections.Detail{}, err
	}
	det := connections.Detail{View: d.row(s), Flow: "browser", Access: secret.New("ya29." + s.ID + "-access-token-7Qx4"), IntegrName: s.Integration}
	if s.Refreshable {
		det.Refresh = secret.New("1//0g" + s.ID + "-refresh-token-x")
	}
	if slices.Contains(s.ScopesAsked, "openid") {
		det.IDToken = secret.New("eyJhbGciOiJSUzI1NiIsImtpZCI6IjdjM2YifQ.e30.c2ln")
		det.UserData = map[string]any{"email": s.Identity, "email_verified": true}
	}
	for _, a := range s.ScopesAsked {
		if len(s.ScopesGranted) > 0 && !slices.Contains(s.ScopesGranted, a) {
			det.Missing = append(det.Missing, a)
		}
	}
	return det, nil
}

// StoreStatus describes a made-up store.
func (d *Deck) StoreStatus(context.Context) (store.Status, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	copied := "2026-03-14T09:20:00Z"
	return store.Status{
		Path: "/home/ada/.local/share/authdeck/store.db", Format: store.Format, Connections: len(d.rows),
		UnlockedBy: store.SlotKeyFile, Slots: []store.SlotKind{store.SlotKeyFile, store.SlotPassphrase},
		Size: 300 << 10, Free: 72 << 10, LastCopy: &copied,
	}, nil
}

// Changes sends after Set.
func (d *Deck) Changes(context.Context) (<-chan struct{}, error) { return d.changes, nil }

// History returns the events of one or all.
func (d *Deck) History(_ context.Context, ref string) ([]store.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []store.Event
	for _, e := range d.events {
		if ref == "" || e.ID == ref || e.Connection == ref {
			out = append(out, e)
		}
	}
	return out, nil
}

func (d *Deck) hold(ctx context.Context) error {
	if d.Hold != nil {
		select {
		case <-d.Hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return d.Fail
}

// Rename renames.
func (d *Deck) Rename(ctx context.Context, ref, name string) error {
	d.note("rename " + ref + " " + name)
	if err := d.hold(ctx); err != nil {
		return err
	}
	d.Set(func(rows []store.Summary) []store.Summary {
		for i := range rows {
			if rows[i].Name == ref || rows[i].ID == ref {
				rows[i].Name = name
				rows[i].Generation++
			}
		}
		return rows
	})
	return nil
}

// Remove removes.
func (d *Deck) Remove(ctx context.Context, ref string) error {
	d.note("remove " + ref)
	if err := d.hold(ctx); err != nil {
		return err
	}
	d.Set(func(rows []store.Summary) []store.Summary {
		return slices.DeleteFunc(rows, func(s store.Summary) bool { return s.ID == ref || s.Name == ref })
	})
	return nil
}

// Refresh gives a new hour.
func (d *Deck) Refresh(ctx context.Context, ref string) (connections.Detail, connections.Outcome, error) {
	d.note("refresh " + ref)
	if err := d.hold(ctx); err != nil {
		return connections.Detail{}, connections.OutcomeFailed, err
	}
	now := d.Now()
	d.Set(func(rows []store.Summary) []store.Summary {
		for i := range rows {
			if rows[i].ID == ref || rows[i].Name == ref {
				rows[i].ObtainedAt, rows[i].RefreshedAt, rows[i].ExpiresAt = now, now, now.Add(time.Hour)
				rows[i].Generation++
				rows[i].Rotations++
				rows[i].Refreshing = false
			}
		}
		return rows
	})
	det, err := d.Show(ctx, ref)
	return det, connections.OutcomeRefreshed, err
}

// Revoke marks it revoked.
func (d *Deck) Revoke(ctx context.Context, ref string) (connections.Revocation, error) {
	d.note("revoke " + ref)
	if err := d.hold(ctx); err != nil {
		return connections.Revocation{}, err
	}
	d.Set(func(rows []store.Summary) []store.Summary {
		for i := range rows {
			if rows[i].ID == ref || rows[i].Name == ref {
				rows[i].Health = store.Health{Trouble: store.TroubleRevoked, Reason: "refresh token confirmed, access token confirmed, introspection: inactive"}
				rows[i].Generation++
			}
		}
		return rows
	})
	det, err := d.Show(ctx, ref)
	return connections.Revocation{RefreshToken: "confirmed", AccessToken: "confirmed", Verified: "inactive", Connection: det}, err
}

// Siblings answers Family.
func (d *Deck) Siblings(context.Context, string) ([]string, error) { return d.Family, nil }

// Inspect answers Look.
func (d *Deck) Inspect(context.Context, string) (connections.Inspection, error) { return d.Look, nil }

// Actions answers one.
func (d *Deck) Actions(context.Context, string) ([]integrations.Action, error) {
	return []integrations.Action{{Name: "list_messages", Label: "List messages", Description: "lists messages"}}, nil
}

// Run is not there.
func (d *Deck) Run(context.Context, connections.RunRequest) (connections.RunResult, error) {
	return connections.RunResult{}, &connections.Error{Kind: connections.KindFailed, Message: "nothing runs here"}
}

// Integrations answers Known.
func (d *Deck) Integrations(context.Context) ([]connections.IntegrationView, error) {
	return d.Known, nil
}

// Integration finds one of Known.
func (d *Deck) Integration(_ context.Context, id string) (connections.IntegrationView, error) {
	for _, v := range d.Known {
		if v.ID == id {
			return v, nil
		}
	}
	return connections.IntegrationView{}, &connections.Error{Kind: connections.KindNotFound, Message: "there is no integration " + id}
}

// Picture answers Icons.
func (d *Deck) Picture(ctx context.Context, id string) (integrations.Picture, error) {
	if d.Icons != nil {
		return d.Icons(ctx, id)
	}
	return integrations.Picture{}, &connections.Error{Kind: connections.KindNotFound, Message: "no icon of " + id}
}

// Config is empty.
func (d *Deck) Config(context.Context, string) (integrations.Config, error) {
	return integrations.Config{}, nil
}

// SetConfig notes the call.
func (d *Deck) SetConfig(_ context.Context, id string, _ integrations.Config) error {
	d.note("set " + id)
	return nil
}

// RedirectURI is always the same.
func (d *Deck) RedirectURI(context.Context, string, int) (string, error) {
	return "http://127.0.0.1:53682/callback", nil
}

// Login answers LoginAs.
func (d *Deck) Login(_ context.Context, r connections.LoginRequest) (screen.Login, error) {
	if d.LoginAs == nil {
		return nil, &connections.Error{Kind: connections.KindFailed, Message: "no sign-in here"}
	}
	return d.LoginAs(r)
}

// KeepIdle is what SetKeepIdle set.
func (d *Deck) KeepIdle(context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keepIdle, nil
}

// SetKeepIdle turns it on or off.
func (d *Deck) SetKeepIdle(_ context.Context, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keepIdle = on
	return nil
}
