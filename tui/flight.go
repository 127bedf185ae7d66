package tui

import (
	"context"
	"sync/atomic"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
	"authdeck/tui/term"
)

// flights is a deck that counts what must not be cut off, so that ctrl+c can ask.
type flights struct {
	screen.Deck
	refreshes, writes atomic.Int32
}

// busy says what is under way, "" if nothing is.
func (f *flights) busy() string {
	switch {
	case f.refreshes.Load() > 0:
		return "a refresh is under way"
	case f.writes.Load() > 0:
		return "a change is being written"
	}
	return ""
}

// counted makes a write of the shell's own one that counts; nil stays nil.
func (f *flights) counted(save func(context.Context, term.Notice) error) func(context.Context, term.Notice) error {
	if save == nil {
		return nil
	}
	return func(ctx context.Context, n term.Notice) error {
		defer during(&f.writes)()
		return save(ctx, n)
	}
}

func during(n *atomic.Int32) func() {
	n.Add(1)
	return func() { n.Add(-1) }
}

func (f *flights) Refresh(ctx context.Context, ref string) (connections.Detail, connections.Outcome, error) {
	defer during(&f.refreshes)()
	return f.Deck.Refresh(ctx, ref)
}

func (f *flights) Revoke(ctx context.Context, ref string) (connections.Revocation, error) {
	defer during(&f.writes)()
	return f.Deck.Revoke(ctx, ref)
}

func (f *flights) Rename(ctx context.Context, ref, name string) error {
	defer during(&f.writes)()
	return f.Deck.Rename(ctx, ref, name)
}

func (f *flights) Remove(ctx context.Context, ref string) error {
	defer during(&f.writes)()
	return f.Deck.Remove(ctx, ref)
}

func (f *flights) SetConfig(ctx context.Context, id string, items integrations.Config) error {
	defer during(&f.writes)()
	return f.Deck.SetConfig(ctx, id, items)
}
