package tui

import (
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/tui/internal/fakedeck"
)

// TestConfirmCancelsByDefault is rule 3: enter, esc and a held key do nothing, one other key does it.
func TestConfirmCancelsByDefault(t *testing.T) {
	t.Parallel()
	for _, opens := range []string{"R", "d"} {
		run(t, setup{width: 80, height: 24, options: motion(), deck: family}, func(a *app) {
			a.press(opens)
			a.has("google-work", "Cancel")
			if opens == "R" {
				a.has("google-backup")
			}
			for _, leave := range []string{"enter", "esc", "n"} {
				a.press(leave)
				a.lacks("Cancel")
				a.press(opens)
			}
			held := keyOf("y")
			held.IsRepeat = true
			a.p.Send(held)
			a.wait(time.Second)
			a.press(opens)
			if got := a.deck.Asked(); len(got) != 0 {
				t.Fatalf("something was done: %v", got)
			}
			a.press("y")
			if got := a.deck.Asked(); len(got) != 1 {
				t.Errorf("y did %v", got)
			}
		})
	}
}

func TestRevokeSaysWhatWasConfirmed(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 120, height: 40, options: motion()}, func(a *app) {
		a.press("R", "y")
		a.has("google-work revoked: both tokens confirmed, introspection: inactive", "⊘ revoked")
		a.press("r")
		a.has("it was revoked; l signs in again")
	})
}

func TestRenameKeepsTheCursor(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("j", "j", "e")
		a.typed("-2")
		a.press("enter")
		a.has("✓ github-ci is now github-ci-2", "▸ ● ok       github-ci-2")
	})
}

func TestRenameShowsTheErrorInTheBox(t *testing.T) {
	t.Parallel()
	fail := func(d *fakedeck.Deck) {
		d.Fail = &connections.Error{Kind: connections.KindNameTaken, Message: `there is a connection "zoom-rec" already`}
	}
	run(t, setup{width: 80, height: 24, options: motion(), deck: fail}, func(a *app) {
		a.press("e", "x", "enter")
		a.has("Rename google-work", `there is a connection "zoom-rec" already`)
		a.press("esc")
		a.lacks("Rename google-work")
	})
}

// TestEscNeverQuits, q goes back and quits at the root: rule 1.
func TestEscNeverQuits(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("/", "a", "enter", "esc", "esc", "esc", "esc")
		a.press("enter", "esc", "4", "esc", "esc", "?", "esc", "esc")
		select {
		case err := <-a.done:
			t.Fatalf("esc ended the program: %v", err)
		default:
		}
		a.press("enter", "q")
		a.has("EXPIRES IN")
		a.p.Send(keyOf("q"))
		a.wait(time.Second)
		select {
		case a.done <- <-a.done:
		default:
			t.Error("q at the root did not quit")
		}
	})
}

// TestCtrlCAsksWhileBusy: a revocation in flight is asked about, and y quits.
func TestCtrlCAsksWhileBusy(t *testing.T) {
	t.Parallel()
	hold := func(d *fakedeck.Deck) { d.Hold = make(chan struct{}) }
	run(t, setup{width: 80, height: 24, options: motion(), deck: hold}, func(a *app) {
		a.press("R", "y", "ctrl+c")
		a.has("Quit now?", "a revocation is under way")
		a.press("ctrl+c", "esc")
		a.lacks("Quit now?")
		close(a.deck.Hold)
		a.wait(time.Second)
		a.lacks("Revoke google-work?")
		a.has("⊘ revoked")
		a.press("j", "r", "ctrl+c")
		a.wait(time.Second)
		select {
		case a.done <- <-a.done:
		default:
			t.Error("ctrl+c did not quit while nothing was under way")
		}
	})
}

// TestDialogClosesItselfOnly: a revocation that ends while the question to quit is on top leaves that one open.
func TestDialogClosesItselfOnly(t *testing.T) {
	t.Parallel()
	hold := func(d *fakedeck.Deck) { d.Hold = make(chan struct{}) }
	run(t, setup{width: 80, height: 24, options: motion(), deck: hold}, func(a *app) {
		a.press("R", "y", "ctrl+c")
		close(a.deck.Hold)
		a.wait(time.Second)
		a.has("Quit now?")
		a.lacks("Revoke google-work?")
	})
}

// TestCtrlCAsksDuringARefresh, which no dialog shows.
func TestCtrlCAsksDuringARefresh(t *testing.T) {
	t.Parallel()
	hold := func(d *fakedeck.Deck) { d.Hold = make(chan struct{}) }
	run(t, setup{width: 80, height: 24, options: motion(), deck: hold}, func(a *app) {
		a.press("r", "ctrl+c")
		a.has("Quit now?", "a refresh is under way")
		a.press("enter")
		a.lacks("Quit now?")
		close(a.deck.Hold)
		a.wait(time.Second)
		a.has("google-work refreshed")
	})
}

// TestBackShowsThePresent: a screen that was covered is drawn with the present time as soon as it comes back.
func TestBackShowsThePresent(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.has("00:43:12")
		a.press("enter")
		a.wait(9500 * time.Millisecond)
		a.press("esc")
		a.has("00:43:03")
	})
}
