package connection

import (
	"context"
	"errors"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui/screen"
	"authdeck/tui/screen/action"
	"authdeck/tui/screen/login"
	"authdeck/tui/ui"
)

// Do does what a binding of [Keys] says. IDReveal is the screen's own: only a detail shows secrets.
func Do(env *screen.Env, id string, s Subject) tea.Cmd {
	switch id {
	case IDRefresh:
		return refresh(env, s.Row)
	case IDActions:
		return env.Shell.Push(action.New(env, s.Row.Name))
	case IDCopy:
		return env.Shell.Open(newCopy(env, s.Row))
	case IDSignIn:
		return env.Shell.Open(login.New(env, connections.LoginRequest{Connection: s.Row.Name}))
	case IDRename:
		return env.Shell.Open(newRename(env, s.Row.Name))
	case IDRemove:
		return env.Shell.Open(newRemove(env, s.Row))
	case IDRevoke:
		return env.Shell.Open(newRevoke(env, s))
	}
	return nil
}

// Plain is an error in one safe line, with its hint; "" for one that only says that the program is ending.
func Plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "canceled"
	}
	text := safetext.Line(err.Error(), 300)
	var e *connections.Error
	if errors.As(err, &e) && e.Hint != "" {
		text += "; " + safetext.Line(e.Hint, 200)
	}
	return text
}

// Name is a name made safe, and short enough for a line.
func Name(name string) string { return safetext.Line(name, 40) }

func refresh(env *screen.Env, row screen.Row) tea.Cmd {
	ctx, deck, now := env.Ctx, env.Deck, env.Now
	return func() tea.Msg {
		d, outcome, err := deck.Refresh(ctx, row.ID)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return screen.Note{Kind: screen.ToastError, Text: Name(row.Name) + " not refreshed: " + Plain(err)}
		}
		if outcome == connections.OutcomeUnchanged {
			return screen.Note{Kind: screen.ToastInfo, Text: Name(row.Name) + ": no expiry, nothing to refresh"}
		}
		text := Name(row.Name) + " refreshed"
		if d.Lifetime == store.LifetimeKnown {
			text += ", expires in " + ui.Countdown(d.ExpiresAt.Sub(now()))
		}
		return screen.Note{Kind: screen.ToastOK, Text: text}
	}
}

// RefreshAll refreshes every connection that is expiring or has expired, one after the other.
func RefreshAll(env *screen.Env, rows []screen.Row) tea.Cmd {
	var due []screen.Row
	for _, r := range rows {
		if r.Refreshable && (r.State == connections.StateExpiring || r.State == connections.StateExpired || r.State == connections.StateRetrying) {
			due = append(due, r)
		}
	}
	if len(due) == 0 {
		return env.Shell.Toast(screen.ToastInfo, "nothing is expiring")
	}
	ctx, deck := env.Ctx, env.Deck
	run := func() tea.Msg {
		ok, last := 0, ""
		for _, r := range due {
			if _, _, err := deck.Refresh(ctx, r.ID); err != nil {
				last = Name(r.Name) + ": " + Plain(err)
				continue
			}
			ok++
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case last != "":
			return screen.Note{Kind: screen.ToastError, Text: strconv.Itoa(ok) + " of " + strconv.Itoa(len(due)) + " refreshed; " + last}
		}
		return screen.Note{Kind: screen.ToastOK, Text: strconv.Itoa(ok) + " refreshed"}
	}
	return tea.Batch(env.Shell.Toast(screen.ToastInfo, "refreshing "+strconv.Itoa(len(due))), run)
}
