package loopback

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRow1_State(t *testing.T) {
	for _, c := range []struct{ name, query string }{
		{"missing", "code=c"},
		{"empty", "code=c&state="},
		{"wrong", "code=c&state=other"},
		{"prefix", "code=c&state=" + state[:20]},
		{"longer", "code=c&state=" + state + "x"},
		{"other case", "code=c&state=S" + state[1:]},
		{"padded", "code=c&state=+" + state},
		{"in another parameter", "code=c&State=" + state},
		{"twice, right first", "code=c&state=" + state + "&state=x"},
		{"twice, right last", "code=c&state=x&state=" + state},
		{"with an error, forged", "error=access_denied&state=x"},
		{"with an error, missing", "error=access_denied"},
		{"no query", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out := start(t, Options{}, quick(), Expect{State: state})
			if status, _ := get(t, l, "/callback?"+c.query); status != http.StatusBadRequest {
				t.Errorf("status %d, want 400", status)
			}
			succeed(t, l, out)
		})
	}
}

func TestRow1_StateIsGoodOnce(t *testing.T) {
	l, out := start(t, Options{}, quick(), Expect{State: state})
	succeed(t, l, out)
	for _, code := range []string{"true-code", "another"} {
		if status, _ := get(t, l, "/callback?code="+code+"&state="+state); status != http.StatusBadRequest {
			t.Errorf("second use with %s: status %d, want 400", code, status)
		}
	}
	if err := l.Paste(l.RedirectURI() + "?code=c&state=" + state); !errors.Is(err, ErrAnswered) {
		t.Errorf("pasted second use: %v", err)
	}
}

func TestRow1_StateOfAnEndedWait(t *testing.T) {
	l, err := listen(t.Context(), Options{}, quick())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Wait(ctx, Expect{State: state}); !errors.Is(err, context.Canceled) {
		t.Fatalf("Wait = %v", err)
	}
	if status, _ := get(t, l, "/callback?code=c&state="+state); status != http.StatusBadRequest {
		t.Errorf("old state: status %d, want 400", status)
	}
	if _, err := l.Wait(t.Context(), Expect{State: state}); err == nil {
		t.Error("a second Wait was allowed")
	}
}

func TestWait_NeedsAState(t *testing.T) {
	l, err := Listen(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if _, err := l.Wait(t.Context(), Expect{}); err == nil {
		t.Error("Wait without a state to expect was allowed")
	}
}

func TestD_Issuer(t *testing.T) {
	code, denied := "code=c&state="+state, "error=access_denied&state="+state
	is, other := "&iss="+url.QueryEscape(issuer), "&iss="+url.QueryEscape("https://evil.example")
	with, promised := Expect{State: state, Issuer: issuer}, Expect{State: state, Issuer: issuer, IssRequired: true}
	for _, c := range []struct {
		name   string
		expect Expect
		query  string
		want   error
	}{
		{"D1 same", with, code + is, nil},
		{"D1 other", with, code + other, ErrIssuer},
		{"D1 trailing slash", with, code + is + "%2F", ErrIssuer},
		{"D1 other case", with, code + "&iss=https%3A%2F%2FAS.example", ErrIssuer},
		{"D1 empty", with, code + "&iss=", ErrIssuer},
		{"D1 missing, not promised", with, code, nil},
		{"D1 unknown issuer of ours", Expect{State: state}, code + other, nil},
		{"D2 same, promised", promised, code + is, nil},
		{"D2 other, promised", promised, code + other, ErrIssuer},
		{"D2 missing, promised", promised, code, ErrIssuer},
		{"D2 promised, but we know no issuer", Expect{State: state, IssRequired: true}, code + other, ErrIssuer},
		{"D3 error of the same", promised, denied + is, nil},
		{"D3 error of another", with, denied + other, ErrIssuer},
		{"D3 error, missing, promised", promised, denied, ErrIssuer},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out := start(t, Options{}, quick(), c.expect)
			if status, _ := get(t, l, "/callback?"+c.query); status != http.StatusSeeOther {
				t.Errorf("status %d, want 303", status)
			}
			w := received(t, out)
			if !errors.Is(w.err, c.want) || (w.values == nil) != (c.want != nil) {
				t.Errorf("Wait = %v, %v; want %v", w.values, w.err, c.want)
			}
			if status, _ := get(t, l, "/callback?"+code+is); status != http.StatusBadRequest {
				t.Errorf("afterwards: status %d, want 400", status)
			}
		})
	}
}

func TestD1_WrongIssuerWithWrongStateChangesNothing(t *testing.T) {
	l, out := start(t, Options{}, quick(), Expect{State: state, Issuer: issuer})
	if status, _ := get(t, l, "/callback?code=c&state=x&iss=https%3A%2F%2Fevil.example"); status != http.StatusBadRequest {
		t.Errorf("status %d, want 400", status)
	}
	succeed(t, l, out)
}

func TestQ1_Repeated(t *testing.T) {
	s := "&state=" + state
	for _, query := range []string{
		"code=a&code=b" + s, "code=a&code=a" + s, "error=a&error=b" + s, "code=a&error=b" + s, "code=&error=" + s,
		"code=a&iss=x&iss=x" + s, "code=a&co%64e=b" + s, "code=a;state=" + state, "code=%zz" + s, "hello=1" + s,
	} {
		t.Run(query, func(t *testing.T) {
			l, out := start(t, Options{}, quick(), Expect{State: state})
			if status, _ := get(t, l, "/callback?"+query); status != http.StatusBadRequest {
				t.Errorf("status %d, want 400", status)
			}
			succeed(t, l, out)
		})
	}
}

func TestWait_ReturnsEverythingTheAnswerCarries(t *testing.T) {
	for _, c := range []struct {
		query string
		want  url.Values
	}{
		{
			"code=a%2Fb%2Bc&scope=x+y&state=" + state + "&authuser=0",
			url.Values{"code": {"a/b+c"}, "scope": {"x y"}, "state": {state}, "authuser": {"0"}},
		},
		{
			"error=access_denied&error_description=The+user+said+no&state=" + state,
			url.Values{"error": {"access_denied"}, "error_description": {"The user said no"}, "state": {state}},
		},
	} {
		l, out := start(t, Options{}, quick(), Expect{State: state})
		if status, _ := get(t, l, "/callback?"+c.query); status != http.StatusSeeOther {
			t.Errorf("status %d, want 303", status)
		}
		if diff := cmp.Diff(c.want, received(t, out).values); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWait_AnswerThatComesBeforeIt(t *testing.T) {
	l, err := listen(t.Context(), Options{}, quick())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	status := make(chan int, 1)
	go func() {
		s, _ := get(t, l, "/callback?code=early&state="+state)
		status <- s
	}()
	<-l.gate.when(func(g *gate) bool { return len(g.busy) == 1 }) // the request is being held
	v, err := l.Wait(t.Context(), Expect{State: state})
	if err != nil || v.Get("code") != "early" {
		t.Errorf("Wait = %v, %v", v, err)
	}
	if s := <-status; s != http.StatusSeeOther {
		t.Errorf("status %d, want 303", s)
	}
}

func TestWait_EndsWithClose(t *testing.T) {
	l, out := start(t, Options{}, quick(), Expect{State: state})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if w := received(t, out); !errors.Is(w.err, ErrClosed) {
		t.Errorf("Wait = %v", w.err)
	}
	if err := l.Paste(l.RedirectURI() + "?code=c&state=" + state); !errors.Is(err, ErrClosed) {
		t.Errorf("Paste after Close = %v", err)
	}
}
