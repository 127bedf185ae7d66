package main

import (
	"strings"
	"testing"
	"time"
)

// TestActionsInTheTerminal finds an action, signs in for it in place, fills its form from dictionaries, and meets what an API can do, with
// the keyboard alone at 80×24, on the built program and its demo.
func TestActionsInTheTerminal(t *testing.T) {
	t.Parallel()
	e := start(t, 80, 24, nil, "demo", "--token-ttl", "10m", "--browser", "none")
	e.until(`A connection is a sign-in that is kept`, 10*time.Second)

	e.press("A")
	e.until(`Demo provider +\[ Login \]`, 10*time.Second)
	e.press("add card", "enter") // the Login button
	e.until(`waiting for the redirect`, 5*time.Second)
	e.press("b")
	e.until(`Input: Add a card`, 10*time.Second)

	e.press("enter") // the first dictionary, searched while typing
	e.until(`▸ Blue harbour`, 5*time.Second)
	e.press("old gar")
	e.until(`▸ Old garden`, 5*time.Second)
	e.press("enter", "enter", "enter") // taken; to the second one, which depends on it; opened
	e.until(`▸ To do`, 5*time.Second)
	e.press("enter", "enter", "Paint the fence", "ctrl+j")
	e.until(`201 Created(?s:.*)title: "Paint the fence"`, 10*time.Second)

	run := func(search, title string) {
		t.Helper()
		e.press("esc")
		e.until(`esc actions`, 5*time.Second)
		e.press("esc")
		e.until(`About`, 5*time.Second)
		e.press("/", search)
		e.until(`1 of \d+`, 5*time.Second)
		e.press("enter")
		e.until(`Input: `+title, 5*time.Second)
		e.press("ctrl+j")
	}
	run("refuse a good", "Refuse")
	e.until(`200 OK(?s:.*)Requests 2`, 10*time.Second) // the 401 and one replay

	run("audit", "Read the")
	e.until(`403 Forbidden(?s:.*)s asks for audit`, 10*time.Second)
	e.press("s")
	e.until(`waiting for the redirect`, 5*time.Second)
	e.press("b")
	e.until(`200 OK(?s:.*)issued_at`, 10*time.Second)

	run("busy", "Ask when")
	e.until(`the API asks to wait: \d s left`, 5*time.Second)
	e.until(`200 OK(?s:.*)served: true`, 10*time.Second)

	run("slow", "Get a slow")
	e.until(`running \d`, 5*time.Second)
	e.press("esc")
	e.until(`canceled`, 5*time.Second)

	run("picture", "Get a pict")
	e.until(`89 50 4e 47`, 10*time.Second)

	run("list events", "List events")
	e.until(`there is more: m next page`, 10*time.Second)
	e.press("M")
	e.until(`5 pages(?s:.*)\[230\]`, 20*time.Second)
	e.press("t")
	e.until(`row 1-\d+ of 230`, 5*time.Second)

	e.press("]")
	e.until(`\[Requests 5\]`, 5*time.Second)
	e.press("enter")
	e.until(`Authorization: Bearer •••`, 5*time.Second)
	if strings.Contains(e.output(), "Bearer ey") {
		t.Error("a token was on screen before it was asked for")
	}
	e.press("v")
	e.until(`secrets are in sight for \d+ s(?s:.*)Authorization: Bearer [^•]`, 5*time.Second)
	e.press("ctrl+c")
	e.exit(10 * time.Second)
}
