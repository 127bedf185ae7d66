package loopback

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestPaste(t *testing.T) {
	q := "?code=pasted&state=" + state
	registered := "https://app.example/oauth/cb"
	for _, c := range []struct {
		name    string
		o       Options
		address string // HERE is our redirect address, PORT its port
		want    error
	}{
		{"as it is", Options{}, "HERE" + q, nil},
		{"spaces and a newline", Options{}, "  HERE" + q + " \r\n", nil},
		{"double quotes", Options{}, `"HERE` + q + `"`, nil},
		{"single quotes in spaces", Options{}, ` 'HERE` + q + `' `, nil},
		{"angle brackets", Options{}, "<HERE" + q + ">", nil},
		{"a fragment the browser kept", Options{}, "HERE" + q + "#_=_", nil},
		{"denied", Options{}, "HERE?error=access_denied&state=" + state, nil},
		{"localhost login", Options{Host: "localhost"}, "HERE" + q, nil},
		{"upper-case host", Options{Host: "localhost"}, "http://LOCALHOST:PORT/callback" + q, nil},
		{"registered elsewhere", Options{Address: registered}, registered + q, nil},
		{"registered elsewhere, port spelled out", Options{Address: registered}, "https://app.example:443/oauth/cb" + q, nil},
		{"wrong state", Options{}, "HERE?code=c&state=x", ErrNotThisLogin},
		{"no parameters", Options{}, "HERE", ErrNotThisLogin},
		{"no code", Options{}, "HERE?state=" + state, ErrNotThisLogin},
		{"the clean page", Options{}, "http://127.0.0.1:PORT/done", ErrNotThisLogin},
		{"other path", Options{}, "http://127.0.0.1:PORT/callback2" + q, ErrNotThisLogin},
		{"path with a slash more", Options{}, "http://127.0.0.1:PORT/callback/" + q, ErrNotThisLogin},
		{"other port", Options{}, "http://127.0.0.1:1/callback" + q, ErrNotThisLogin},
		{"localhost for the literal", Options{}, "http://localhost:PORT/callback" + q, ErrNotThisLogin},
		{"the other family", Options{}, "http://[::1]:PORT/callback" + q, ErrNotThisLogin},
		{"https", Options{}, "https://127.0.0.1:PORT/callback" + q, ErrNotThisLogin},
		{"user info", Options{}, "http://a@127.0.0.1:PORT/callback" + q, ErrNotThisLogin},
		{"ours where another is registered", Options{Address: registered}, "http://127.0.0.1:PORT/callback" + q, ErrNotThisLogin},
		{"the code alone", Options{}, "pasted", ErrNotThisLogin},
		{"nothing", Options{}, "", ErrNotThisLogin},
		{"one quote", Options{}, `"`, ErrNotThisLogin},
		{"control character", Options{}, "HERE" + q + "\x1b[2J", ErrNotThisLogin},
		{"bad escape", Options{}, "HERE" + q + "&x=%", ErrNotThisLogin},
		{"repeated", Options{}, "HERE" + q + "&code=2", ErrNotThisLogin},
		{"huge", Options{}, "HERE" + q + strings.Repeat("x", maxPaste), ErrNotThisLogin},
		{"other issuer", Options{}, "HERE" + q + "&iss=https%3A%2F%2Fevil.example", ErrIssuer},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out := start(t, c.o, quick(), Expect{State: state, Issuer: issuer})
			address := strings.ReplaceAll(strings.ReplaceAll(c.address, "HERE", l.RedirectURI()), "PORT", l.uri.Port())
			err := l.Paste(address)
			if !errors.Is(err, c.want) {
				t.Fatalf("Paste = %v, want %v", err, c.want)
			}
			switch {
			case c.want == nil:
				if w := received(t, out); w.err != nil || w.values.Get("state") != state {
					t.Errorf("Wait = %v, %v", w.values, w.err)
				}
				if status, _ := get(t, l, "/callback?code=c&state="+state); status != http.StatusBadRequest {
					t.Errorf("by HTTP afterwards: %d, want 400", status)
				}
			case errors.Is(c.want, ErrIssuer):
				if w := received(t, out); !errors.Is(w.err, ErrIssuer) {
					t.Errorf("Wait = %v", w.err)
				}
			default:
				for _, secret := range []string{"pasted", state, "evil"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the message repeats what was pasted: %v", err)
					}
				}
				succeed(t, l, out)
			}
		})
	}
}

func TestPaste_ClosesAtOnce(t *testing.T) {
	l, out := start(t, Options{}, usual(), Expect{State: state})
	if err := l.Paste(l.RedirectURI() + "?code=c&state=" + state); err != nil {
		t.Fatal(err)
	}
	received(t, out)
	l.Finish(true)
	if err := l.Close(); err != nil { // no page is due: the 2 s would show in this package's time
		t.Error(err)
	}
}
