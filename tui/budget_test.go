package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
	"authdeck/tui/screen"
)

func manyRows(now time.Time) []store.Summary { return fakedeck.Many(10_000, now) }

// TestIdleBytes is the budget of reference/tui.md §10: 10,000 connections at 120x40, the countdown running.
func TestIdleBytes(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 120, height: 40, options: Options{Motion: true, Colour: true}, rows: manyRows}, func(a *app) {
		a.wait(3 * time.Second)
		n := a.bytes()
		a.wait(30 * time.Second)
		perSecond := (a.bytes() - n) / 30
		t.Logf("%d bytes a second", perSecond)
		if perSecond == 0 || perSecond > 2048 {
			t.Errorf("%d bytes a second, want 1 to 2048", perSecond)
		}
	})
}

// full is a model with 10,000 connections on screen.
func full(tb testing.TB) (m *model, now *time.Time) {
	tb.Helper()
	at := base
	d := fakedeck.New(func() time.Time { return at }, manyRows(base)...)
	d.Known = fakedeck.Catalogue()
	m = newModel(tb.Context(), Options{Deck: d, Now: func() time.Time { return at }, Motion: true, Colour: true})
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	rows, err := d.List(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	m.Update(rowsMsg{rows: rows})
	return m, &at
}

// BenchmarkTick is a second that passes: every countdown in sight is another one.
func BenchmarkTick(b *testing.B) {
	m, now := full(b)
	m.View()
	b.ReportAllocs()
	for b.Loop() {
		*now = now.Add(time.Second)
		m.Update(tickMsg{gen: m.clock.gen})
		m.View()
	}
}

// BenchmarkKey is the cursor that moves one row.
func BenchmarkKey(b *testing.B) {
	m, _ := full(b)
	m.View()
	b.ReportAllocs()
	for b.Loop() {
		m.Update(keyOf("j"))
		m.View()
	}
}

// BenchmarkRows is a change of the store: 10,000 rows come in.
func BenchmarkRows(b *testing.B) {
	m, now := full(b)
	rows, err := m.deck.List(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	_ = now
	for b.Loop() {
		m.Update(rowsMsg{rows: rows})
		m.View()
	}
}

// BenchmarkFirstFrame is from the model to its first frame with rows.
func BenchmarkFirstFrame(b *testing.B) {
	d := fakedeck.New(func() time.Time { return base }, manyRows(base)...)
	rows, err := d.List(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		m := newModel(b.Context(), Options{Deck: d, Now: func() time.Time { return base }, Motion: true, Colour: true})
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		m.Update(rowsMsg{rows: rows})
		m.View()
	}
}

// TestOnlyRowsInSightAreDrawn: ten thousand rows cost what forty do. The allocations of a tick do not grow with the rows.
func TestOnlyRowsInSightAreDrawn(t *testing.T) {
	count := func(n int) float64 {
		at := base
		now := func() time.Time { return at }
		d := fakedeck.New(now, fakedeck.Many(n, base)...)
		m := newModel(t.Context(), Options{Deck: d, Now: now, Motion: true})
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		rows, _ := d.List(t.Context())
		m.Update(rowsMsg{rows: rows})
		m.View()
		return testing.AllocsPerRun(20, func() {
			at = at.Add(time.Second)
			m.Update(screen.Tick{Now: at})
			m.Update(tickMsg{gen: m.clock.gen})
			m.View()
		})
	}
	few, many := count(40), count(10_000)
	if many > 1.5*few+100 {
		t.Errorf("a tick allocates %.0f times with 10,000 rows, %.0f with 40", many, few)
	}
}
