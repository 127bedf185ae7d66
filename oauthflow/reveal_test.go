package oauthflow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"authdeck/oauthflow"
)

// seen makes one API call and returns its exchange.
func seen(t *testing.T, c *oauthflow.Caller, r oauthflow.APIRequest) (x oauthflow.Exchange, err error) {
	t.Helper()
	_, err = c.Observing(func(e oauthflow.Exchange) { x = e }).SendAPI(t.Context(), r)
	return x, err
}

func TestReveal_TellsWhatIsMasked(t *testing.T) {
	at := time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)
	c := caller(t)
	c.Clock = &clockAt{wall: at}
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Api-Key", sentinel+"9")
		fixed(200, "application/json", "{\n \"access_token\": \""+sentinel+"8\", \"note\": \"\x1b[1m\"}")(w, nil)
	})
	x, err := seen(t, c, oauthflow.APIRequest{
		Method: "POST", URL: address + "/a?key=" + sentinel + "1", Header: http.Header{"Authorization": {"Bearer " + sentinel}},
		Body: []byte(`{"password":"` + sentinel + `2"}`), Secrets: []secretString{secretOf(sentinel)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v", x); strings.Contains(all, sentinel) || !x.Revealable() || !x.Started.Equal(at) {
		t.Errorf("masked: %s, started %v", all, x.Started)
	}
	r := x.Reveal()
	for what, c := range map[string][2]string{
		"address":         {r.URL, address + "/a?key=" + sentinel + "1"},
		"request header":  {r.RequestHeader.Get("Authorization"), "Bearer " + sentinel},
		"response header": {r.ResponseHeader.Get("X-Api-Key"), sentinel + "9"},
		"request body":    {r.RequestBody, `{"password":"` + sentinel + `2"}`},
		"response body":   {r.ResponseBody, "{\n \"access_token\": \"" + sentinel + "8\", \"note\": \"\x1b[1m\"}"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %q, want %q", what, c[0], c[1])
		}
	}
	if r.Status != x.Status || r.Duration != x.Duration || r.Method != "POST" || !r.Revealable() {
		t.Errorf("%+v", r)
	}
	request, response := x.Raw()
	if string(request) != r.RequestBody || string(response) != r.ResponseBody {
		t.Errorf("raw: %q and %q", request, response)
	}
	f := x.Forget()
	if request, response = f.Raw(); request != nil || response != nil || f.Revealable() || f.Reveal().URL != x.URL {
		t.Errorf("forgotten, and yet: %q, %q, %+v", request, response, f.Reveal())
	}
}

// Nothing prints what only Reveal and Raw tell.
func TestReveal_NothingElsePrintsIt(t *testing.T) {
	x, err := seen(t, caller(t), oauthflow.APIRequest{
		URL: serve(t, fixed(200, "text/plain", "token="+sentinel)), Header: http.Header{"X-Own": {sentinel}}, Secrets: []secretString{secretOf(sentinel)},
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(map[string]any{"one": x, "more": []*oauthflow.Exchange{&x}})
	if err != nil {
		t.Fatal(err)
	}
	var text, asJSON bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("made", "exchange", x, "at", &x)
	slog.New(slog.NewJSONHandler(&asJSON, nil)).Info("made", "exchange", x, "at", &x)
	printed := map[string]string{"json": string(raw), "slog text": text.String(), "slog JSON": asJSON.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		printed[verb] = fmt.Sprintf(verb, x) + fmt.Sprintf(verb, &x) + fmt.Sprintf(verb, []any{x, struct{ E oauthflow.Exchange }{x}})
	}
	for how, text := range printed {
		if strings.Contains(text, sentinel) || strings.Contains(text, fmt.Sprintf("%x", sentinel)) {
			t.Errorf("%s prints it: %s", how, text)
		}
		if !strings.Contains(text, "127.0.0.1") && how != "%x" && how != "%d" {
			t.Errorf("%s printed something else: %s", how, text)
		}
	}
}

func TestRaw_IsWholeUpToTheLimit(t *testing.T) {
	long := strings.Repeat("0123456789", 300_000)
	x, err := seen(t, caller(t), oauthflow.APIRequest{Method: "PUT", URL: serve(t, fixed(200, "text/plain", long)), Body: []byte(long), MaxAnswer: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	request, response := x.Raw()
	if string(request) != long || string(response) != long {
		t.Errorf("%d and %d bytes, want %d", len(request), len(response), len(long))
	}
	if r := x.Reveal(); len(r.ResponseBody) > 64<<10+3 || !strings.HasSuffix(r.ResponseBody, "…") {
		t.Errorf("revealed are %d bytes", len(r.ResponseBody))
	}
	x, err = seen(t, caller(t), oauthflow.APIRequest{URL: serve(t, fixed(200, "text/plain", long)), MaxAnswer: 100})
	if _, response = x.Raw(); !errors.Is(err, oauthflow.ErrAnswerTooLarge) || string(response) != long[:100] {
		t.Errorf("%v, %d bytes kept", err, len(response))
	}
	x, err = seen(t, caller(t), oauthflow.APIRequest{URL: serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "half")
	})})
	if _, response = x.Raw(); err == nil || string(response) != "half" {
		t.Errorf("of an answer that broke off: %v, %q", err, response)
	}
}

// A text of characters of three bytes is cut between two of them.
func TestReveal_CutsBetweenCharacters(t *testing.T) {
	for shift := range 3 {
		x, err := seen(t, caller(t), oauthflow.APIRequest{
			URL: serve(t, fixed(200, "text/plain", strings.Repeat("x", shift)+strings.Repeat("漢", 500_000))), MaxAnswer: 8 << 20,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{x.ResponseBody, x.Reveal().ResponseBody} {
			if len(body) < 64<<10-8 || strings.ContainsRune(body, '\ufffd') {
				t.Errorf("%d bytes kept, ending in %q", len(body), body[max(0, len(body)-8):])
			}
		}
	}
}

func TestReveal_OfOthers(t *testing.T) {
	var zero oauthflow.Exchange
	if r := zero.Reveal(); r.URL != "" || zero.Revealable() {
		t.Errorf("%+v", r)
	}
	made := oauthflow.Exchange{Method: "GET", URL: "https://x.example/?key=•••", ResponseBody: "{}"}
	if r := made.Reveal(); r.URL != made.URL || r.ResponseBody != "{}" {
		t.Errorf("%+v", r)
	}
	p, err := caller(t).Preview(t.Context(), oauthflow.APIRequest{URL: "https://x.example/", Header: http.Header{"X-Own": {sentinel}}, Secrets: []secretString{secretOf(sentinel)}})
	if err != nil || !p.Started.IsZero() || p.Reveal().RequestHeader.Get("X-Own") != sentinel || p.RequestHeader.Get("X-Own") == sentinel {
		t.Errorf("%+v, %v", p, err)
	}
}
