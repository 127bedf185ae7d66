package tui

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
)

func TestCountdownFalls(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.has("00:43:12", "00:03:40")
		a.wait(70 * time.Second)
		a.has("00:42:02", "00:02:30", "-02:12:19")
	})
}

// TestStatesFollowTheClock: an ok token becomes expiring, then expired, while nothing on disk changes.
func TestStatesFollowTheClock(t *testing.T) {
	t.Parallel()
	rows := func(now time.Time) []store.Summary {
		r := fakedeck.Eight(now)[1]
		r.ObtainedAt, r.ExpiresAt, r.Refreshable = now, now.Add(90*time.Second), false
		return []store.Summary{r}
	}
	run(t, setup{width: 80, height: 24, options: motion(), rows: rows}, func(a *app) {
		a.has("● ok ")
		a.wait(72 * time.Second)
		a.has("◐ expiring", "no refresh token: l signs in again")
		a.wait(18 * time.Second)
		a.has("✕ expired", "l sign in")
	})
}

func TestToastLeavesAfterFourSeconds(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("j", "r")
		a.has("✓ google-ads refreshed, expires in 01:00:00")
		a.wait(3500 * time.Millisecond)
		a.has("google-ads refreshed")
		a.wait(time.Second)
		a.lacks("google-ads refreshed")
		a.press("2")
		a.has("ok", "google-ads refreshed, expires in 01:00:00")
	})
}

func TestErrorStaysUntilEsc(t *testing.T) {
	t.Parallel()
	fail := func(d *fakedeck.Deck) {
		d.Fail = &connections.Error{Kind: connections.KindTransient, Message: "503 from accounts.example", Hint: "nothing was lost"}
	}
	run(t, setup{width: 120, height: 40, options: motion(), deck: fail}, func(a *app) {
		a.press("r")
		a.wait(time.Minute)
		a.has("✕ google-work not refreshed: 503 from accounts.example; nothing was lost", "esc dismisses")
		a.press("esc")
		a.lacks("esc dismisses")
	})
}

// TestEscDismissesFirst: what the line of an error says of esc holds too where esc has a meaning of its own.
func TestEscDismissesFirst(t *testing.T) {
	t.Parallel()
	fail := func(d *fakedeck.Deck) {
		d.Fail = &connections.Error{Kind: connections.KindTransient, Message: "503 from accounts.example"}
	}
	run(t, setup{width: 80, height: 24, options: motion(), deck: fail}, func(a *app) {
		a.press("r", "/", "z", "o", "o")
		a.has("esc dismisses", "/zoo")
		a.press("esc")
		a.lacks("esc dismisses")
		a.has("/zoo")
	})
}

// TestHelpWhileTyping: f1 shows the keys where ? would be a letter.
func TestHelpWhileTyping(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("A", "?")
		a.has("/?", "f1 help")
		a.press("f1")
		a.has("Keys: all actions", "keeps the filter and leaves its line")
		a.press("f1")
		a.lacks("Keys: all actions")
	})
}

func TestRevealEndsAfterTenSeconds(t *testing.T) {
	t.Parallel()
	for _, width := range []int{80, 120} {
		run(t, setup{width: width, height: 40, options: motion()}, func(a *app) {
			token := "ya29.00000000000000000000000000000001"
			a.lacks(token)
			a.press("v")
			a.has(token)
			a.wait(9 * time.Second)
			a.has(token)
			a.wait(time.Second)
			a.lacks(token)
			a.has("ya29••••••••7Qx4")
			a.press("v")
			a.has(token)
			a.press("v")
			a.lacks(token)
		})
	}
}

// TestRevealEndsWithoutFocus: the token is hidden also while the terminal shows another window.
func TestRevealEndsWithoutFocus(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("v")
		a.p.Send(tea.BlurMsg{})
		a.wait(11 * time.Second)
		a.lacks("ya29.0000")
	})
}

// TestCopyGoesByOSC52AndClears is rule 4 for the access token.
func TestCopyGoesByOSC52AndClears(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		token := "ya29.00000000000000000000000000000001-access-token-7Qx4"
		osc := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(token))
		a.press("y", "y")
		a.has("access token of google-work copied by OSC 52, clears in 60 s")
		if !strings.Contains(a.output(), osc) {
			t.Error("no OSC 52 with the token was written")
		}
		n := len(a.output())
		a.wait(58 * time.Second)
		if strings.Contains(a.output()[n:], "\x1b]52;") {
			t.Error("the clipboard was cleared too early")
		}
		a.wait(3 * time.Second)
		if !strings.Contains(a.output()[n:], "\x1b]52;c;\x07") {
			t.Error("the clipboard was not cleared after 60 s")
		}
	})
}

// TestQuitClearsTheClipboard: a token does not outlive the program that promised to clear it.
func TestQuitClearsTheClipboard(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("y", "y")
		n := len(a.output())
		a.p.Send(keyOf("q"))
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		if !strings.Contains(a.output()[n:], "\x1b]52;c;\x07") {
			t.Error("the clipboard was not cleared on quit")
		}
	})
}

// TestDisabledKeySaysWhy: the binding stays visible, help and the key say why it is off.
func TestDisabledKeySaysWhy(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 120, height: 40, options: motion()}, func(a *app) {
		a.press("j", "j", "R")
		a.has("R revoke", "revoke: provider has no revocation URL")
		a.press("r")
		a.has("refresh: no expiry, nothing to refresh")
		a.press("?")
		a.has("off: provider has no revocation URL")
		if got := a.deck.Asked(); len(got) != 0 {
			t.Errorf("a disabled key did something: %v", got)
		}
	})
}

func TestFilterSaysWhatItHides(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("j", "j", "/")
		a.typed("git")
		a.press("enter")
		a.has("/git  1 of 8", "▸ ● ok       github-ci")
		a.press("/")
		a.typed("xx")
		a.press("enter")
		a.has("no match for gitxx, esc clears", "/gitxx  0 of 8")
		a.press("2", "1")
		a.has("/gitxx")
		a.press("esc")
		a.has("8 of 8", "salesforce")
		a.press("/")
		a.typed("sign-in")
		a.has("1 of 8", "salesforce")
	})
}

// TestChangesAreGathered: many writes within 50 ms are one reading of the rows.
func TestChangesAreGathered(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		before := a.deck.Lists()
		for range 20 {
			a.deck.Set(func(rows []store.Summary) []store.Summary {
				rows[0].Generation++
				rows[0].Name = "renamed"
				return rows
			})
			time.Sleep(2 * time.Millisecond)
		}
		a.wait(200 * time.Millisecond)
		a.has("renamed")
		if got := a.deck.Lists() - before; got != 1 {
			t.Errorf("the rows were read %d times, want 1", got)
		}
	})
}

// TestNoFocusNoTicks: without the focus nothing is drawn, and with it the time is right at once.
func TestNoFocusNoTicks(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.p.Send(tea.BlurMsg{})
		a.wait(2 * time.Second)
		n := a.bytes()
		a.wait(time.Minute)
		if got := a.bytes() - n; got != 0 {
			t.Errorf("%d bytes were written without the focus", got)
		}
		a.p.Send(tea.FocusMsg{})
		a.wait(50 * time.Millisecond)
		a.has("00:42:10")
	})
}

// TestFrameIsKept: what changes nothing that can be seen draws nothing.
func TestFrameIsKept(t *testing.T) {
	t.Parallel()
	m := newModel(t.Context(), Options{Deck: fakedeck.New(time.Now), Now: time.Now})
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	m.View()
	for _, msg := range []tea.Msg{
		tea.KeyReleaseMsg{}, tea.EnvMsg{}, tea.ModeReportMsg{}, tickMsg{gen: 99}, toastOverMsg{99}, tea.BlurMsg{},
	} {
		if m.Update(msg); !m.fresh {
			t.Errorf("%T made the frame be drawn anew", msg)
		}
	}
	if m.Update(keyOf("?")); m.fresh {
		t.Error("a key left the frame as it was")
	}
}

// TestReducedMotion turns bars and seconds into minutes, and beats once a minute.
func TestReducedMotion(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24}, func(a *app) {
		a.has("of 1 h", "44 min", "2 h ago")
		a.lacks("█")
		n := a.bytes()
		a.wait(5 * time.Second)
		if got := a.bytes() - n; got != 0 {
			t.Errorf("%d bytes were written within a minute", got)
		}
		a.wait(75 * time.Second)
		a.has("43 min")
	})
}

// TestTooSmall names the size that is needed and the one there is, and the next size is drawn whole.
func TestTooSmall(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{59, 16}, {60, 15}, {20, 5}} {
		run(t, setup{width: size.w, height: size.h, options: motion()}, func(a *app) {
			a.has("needs 60x16")
			a.lacks("Connections")
			a.resize(60, 16)
			a.wait(100 * time.Millisecond)
			a.has("Connections")
		})
	}
}

// TestPasteIsNoKeys: pasted text fires no binding (ATAC#75).
func TestPasteIsNoKeys(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.p.Send(tea.PasteMsg{Content: "rRdyq\x03"})
		a.wait(time.Second)
		a.has("8 of 8")
		a.lacks("Revoke", "Remove")
		if got := a.deck.Asked(); len(got) != 0 {
			t.Errorf("pasted text did %v", got)
		}
	})
}

// TestDetailClosesWhenItsConnectionGoes, removed here or by another process.
func TestDetailClosesWhenItsConnectionGoes(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("enter")
		a.deck.Set(func(rows []store.Summary) []store.Summary { return rows[1:] })
		a.wait(time.Second)
		a.has("7 of 7", "EXPIRES IN")
	})
}

// TestShowConnection goes to the list with the cursor on the one, as soon as it is there, whatever the filter.
func TestShowConnection(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 80, height: 24, options: motion()}, func(a *app) {
		a.press("/", "g", "i", "t", "enter", "4")
		a.p.Send(act(func() tea.Cmd { return a.m.ShowConnection("new-one") }))
		a.wait(0)
		a.deck.Set(func(rows []store.Summary) []store.Summary {
			r := rows[0]
			r.ID, r.Name = "ff", "new-one"
			return append(rows, r)
		})
		a.wait(time.Second)
		a.has("[1 Connections]", "▸ ● ok       new-one", "9 of 9")
	})
}

func TestKeeperThatEndsIsTold(t *testing.T) {
	t.Parallel()
	run(t, setup{width: 120, height: 40, options: motion()}, func(a *app) {
		a.p.Send(keeperOverMsg{why: "the store is gone"})
		a.wait(time.Minute)
		a.has("the keeper ended, nothing is refreshed in the background: the store is gone")
	})
}

// TestNoteOfAScreenThatWentIsTold: a result is toasted also when its screen has gone.
func TestNoteOfAScreenThatWentIsTold(t *testing.T) {
	t.Parallel()
	hold := func(d *fakedeck.Deck) { d.Hold = make(chan struct{}); d.Fail = errors.New("no route to host") }
	run(t, setup{width: 80, height: 24, options: motion(), deck: hold}, func(a *app) {
		a.press("enter", "r", "esc", "4")
		close(a.deck.Hold)
		a.wait(time.Second)
		a.has("google-work not refreshed: no route to host")
	})
}

// TestAskKey is the one-screen first start.
func TestAskKey(t *testing.T) {
	t.Parallel()
	for k, want := range map[string]KeyChoice{"enter": KeyFile, "y": KeyFile, "p": KeyPassphrase, "esc": KeyNone, "q": KeyNone, "n": KeyNone, "ctrl+c": KeyNone} {
		m := newAsk(KeyOptions{Path: "/home/ada/.config/authdeck/key", DataDir: "/home/ada/.local/share/authdeck", Why: "This system has no keyring to keep it in."})
		m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		_, cmd := m.Update(keyOf(k))
		if m.choice != want || cmd == nil {
			t.Errorf("%s: choice %v, ends %v; want %v, true", k, m.choice, cmd != nil, want)
		}
	}
	for _, size := range sizes() {
		m := newAsk(KeyOptions{Path: "/home/ada/.config/authdeck/key", DataDir: "/home/ada/.local/share/authdeck", Why: "This system has no keyring to keep it in."})
		m.Update(tea.WindowSizeMsg{Width: size.w, Height: size.h})
		checkFrame(t, m.draw(), size.w, size.h)
		golden(t, sized("key", size.w, size.h), trimmed(m.draw()))
	}
}
