package catalogue

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

// ref says to which screen, and to which of its loads, an answer belongs.
type ref struct {
	to  *Screen
	gen int
}

// The answers of the screen's commands.
type (
	loadedMsg struct {
		ref
		list  []connections.IntegrationView
		names map[string][]string
		err   error // beside what could be read
	}
	redirectMsg struct {
		ref
		id, address string
	}
	openedMsg struct {
		ref
		err error
	}
)

func (s *Screen) ref() ref { return ref{to: s, gen: s.gen} }

// load reads integrations and connections; an older load's answer is dropped.
func (s *Screen) load() tea.Cmd {
	s.gen++
	ctx, deck, r := s.ctx, s.env.Deck, s.ref()
	return func() tea.Msg {
		list, err := deck.Integrations(ctx)
		rows, rowsErr := deck.List(ctx)
		names := map[string][]string{}
		for _, c := range rows {
			names[c.Integration] = append(names[c.Integration], c.Name)
		}
		return loadedMsg{ref: r, list: list, names: names, err: errors.Join(err, rowsErr)}
	}
}

// ask reads what is shown of the integration under the cursor beside its row.
func (s *Screen) ask() tea.Cmd { return tea.Batch(s.askRedirect(), s.askPicture()) }

// askRedirect reads the address to register, once.
func (s *Screen) askRedirect() tea.Cmd {
	v := s.selected()
	if v == nil || !v.NeedsID && !v.OwnClient || v.Broken != "" {
		return nil
	}
	if _, known := s.redirects[v.ID]; known {
		return nil
	}
	s.redirects[v.ID] = ""
	ctx, deck, r, id := s.ctx, s.env.Deck, s.ref(), v.ID
	return func() tea.Msg {
		address, err := deck.RedirectURI(ctx, id, 0)
		if err != nil {
			address = ""
		}
		return redirectMsg{ref: r, id: id, address: address}
	}
}

func (s *Screen) openPage(address string) tea.Cmd {
	ctx, open, r := s.ctx, s.env.OpenPage, s.ref()
	return func() tea.Msg { return openedMsg{ref: r, err: open(ctx, address)} }
}

// plain is an error in one safe line.
func plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "canceled"
	}
	return safetext.Line(err.Error(), 300)
}
