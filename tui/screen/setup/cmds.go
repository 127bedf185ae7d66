package setup

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
)

// ref says to which screen, and to which of its states, an answer belongs.
type ref struct {
	to  *Screen
	gen int
}

// The answers of the screen's commands.
type (
	loadedMsg struct {
		ref
		info     integrations.Info
		config   integrations.Config
		redirect string
		err      error
	}
	openedMsg struct {
		ref
		err error
	}
	savedMsg struct {
		ref
		whole bool   // the form was handed in; else one field was left
		field string // that one
		err   error
	}
)

func (s *Screen) ref() ref { return ref{to: s, gen: s.gen} }

func (s *Screen) load() tea.Cmd {
	ctx, deck, id, r := s.ctx, s.env.Deck, s.id, s.ref()
	return func() tea.Msg {
		m := loadedMsg{ref: r}
		v, err := deck.Integration(ctx, id)
		if err != nil {
			m.err = err
			return m
		}
		m.info = v.Info
		if m.config, err = deck.Config(ctx, id); err != nil {
			m.err = err
			return m
		}
		if v.NeedsID || v.OwnClient {
			m.redirect, m.err = deck.RedirectURI(ctx, id, 0)
		}
		return m
	}
}

func (s *Screen) save(items integrations.Config, whole bool, field string) tea.Cmd {
	ctx, deck, id, r := s.ctx, s.env.Deck, s.id, s.ref()
	return func() tea.Msg {
		var err error
		if len(items) > 0 {
			err = deck.SetConfig(ctx, id, items)
		}
		return savedMsg{ref: r, whole: whole, field: field, err: err}
	}
}

// openPage opens the page where a client is made.
func (s *Screen) openPage() tea.Cmd {
	ctx, open, address, r := s.ctx, s.env.OpenPage, s.info.Console, s.ref()
	return func() tea.Msg { return openedMsg{ref: r, err: open(ctx, address)} }
}

// plain is an error in one safe line, with its hint.
func plain(err error) string {
	text := err.Error()
	var e *connections.Error
	if errors.As(err, &e) && e.Hint != "" {
		text += "; " + e.Hint
	}
	if errors.Is(err, context.Canceled) {
		text = "canceled"
	}
	return safe(text)
}
