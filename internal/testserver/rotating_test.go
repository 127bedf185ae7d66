package testserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// tokens is a token answer as a client sees it.
type tokens struct {
	Status  int
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int    `json:"expires_in"`
	Error   string `json:"error"`
	Kind    string `json:"-"`
	Body    string `json:"-"`
}

func ask(t *testing.T, s *Rotating, fields url.Values) tokens {
	t.Helper()
	fields.Set("client_id", RotatingClient)
	res, err := http.PostForm(s.Issuer+TokenPath, fields)
	if err != nil {
		t.Error(err)
		return tokens{}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	var a tokens
	_ = json.Unmarshal(body, &a)
	a.Status, a.Kind, a.Body = res.StatusCode, res.Header.Get("Content-Type"), string(body)
	return a
}

func refreshWith(t *testing.T, s *Rotating, token string) tokens {
	t.Helper()
	return ask(t, s, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// TestRotating_S52 holds each kind against the table of reference/security.md §5.2.
func TestRotating_S52(t *testing.T) {
	for _, c := range []struct {
		kind          Kind
		atOnce, later tokens // what the second one gets
		winnerLives   bool   // after two at once
		newestLives   bool   // after a later reuse
	}{
		{K1, tokens{Status: 400, Error: "invalid_grant"}, tokens{Status: 400, Error: "invalid_grant"}, false, false},
		{K2, tokens{Status: 400, Error: "invalid_grant"}, tokens{Status: 400, Error: "invalid_grant"}, true, true},
		{K3, tokens{Status: 500, Error: "server_error"}, tokens{Status: 400, Error: "invalid_grant"}, true, false},
		{K4, tokens{Status: 400, Error: "invalid_request"}, tokens{Status: 400, Error: "invalid_request"}, true, true},
		{K5, tokens{Status: 400}, tokens{Status: 400}, false, false},
	} {
		t.Run(c.kind.String()+" later", func(t *testing.T) {
			s := StartRotating(t, RotatingOptions{Kind: c.kind})
			_, first := s.Grant("ada@example.com")
			newest := refreshWith(t, s, first)
			if newest.Status != 200 || newest.Expires != 3600 || s.RefreshFate(first) != FateUsed || s.AccessFate(newest.Access) != FateLive {
				t.Fatalf("%+v, the first is %s", newest, s.RefreshFate(first))
			}
			again := refreshWith(t, s, first)
			if again.Status != c.later.Status || again.Error != c.later.Error {
				t.Errorf("the second use got %+v, want %+v", again, c.later)
			}
			if c.kind == K5 && (again.Body != "" || again.Kind != "") {
				t.Errorf("not empty: %+v", again)
			}
			if lives := s.RefreshFate(newest.Refresh) == FateLive && s.AccessFate(newest.Access) == FateLive; lives != c.newestLives {
				t.Errorf("the newest token is %s", s.RefreshFate(newest.Refresh))
			}
			if got := s.Stats(); got.Refreshes != 2 || got.Reuse != 1 || (got.FamiliesDead == 1) == c.newestLives {
				t.Errorf("%+v", got)
			}
		})
		t.Run(c.kind.String()+" at once", func(t *testing.T) {
			s := StartRotating(t, RotatingOptions{Kind: c.kind, Work: 300 * time.Millisecond})
			_, first := s.Grant("ada@example.com")
			answers := make([]tokens, 2)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() { answers[i] = refreshWith(t, s, first) })
			}
			wg.Wait()
			winner, loser := answers[0], answers[1]
			if c.winnerLives && loser.Status == 200 {
				winner, loser = loser, winner
			}
			if loser.Status != c.atOnce.Status || loser.Error != c.atOnce.Error && c.winnerLives {
				t.Errorf("the loser got %+v, want %+v", loser, c.atOnce)
			}
			if lives := winner.Status == 200 && s.RefreshFate(winner.Refresh) == FateLive; lives != c.winnerLives {
				t.Errorf("the winner got %+v", winner)
			}
			if got := s.Stats(); got.Reuse != 1 {
				t.Errorf("%+v", got)
			}
		})
		t.Run(c.kind.String()+" with grace", func(t *testing.T) {
			s := StartRotating(t, RotatingOptions{Kind: c.kind, Grace: time.Hour})
			_, first := s.Grant("ada@example.com")
			for range 2 {
				if a := refreshWith(t, s, first); a.Status != 200 || s.RefreshFate(a.Refresh) != FateLive {
					t.Errorf("%+v", a)
				}
			}
			if got := s.Stats(); got.Reuse != 0 || got.Graced != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestRotating_Fates: the API tells a token that ended by itself from one that was ended.
func TestRotating_Fates(t *testing.T) {
	s := StartRotating(t, RotatingOptions{TTL: time.Second})
	access, refresh := s.Grant("ada@example.com")
	call := func(token string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Issuer+UserinfoPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := call(access); got != 200 {
		t.Errorf("a living token: %d", got)
	}
	if got := call("made-up"); got != 401 || s.Stats().APIRefused != 1 {
		t.Errorf("a made-up token: %d", got)
	}
	for s.AccessFate(access) == FateLive {
		time.Sleep(10 * time.Millisecond)
	}
	if got := call(access); got != 401 || s.AccessFate(access) != FateExpired || s.Stats().APIExpired != 1 {
		t.Errorf("an ended token: %d, %s", got, s.AccessFate(access))
	}
	s.End(refresh)
	if s.RefreshFate(refresh) != FateDead || s.AccessFate(access) != FateDead || s.RefreshFate("x") != FateUnknown {
		t.Errorf("after the end: %s", s.RefreshFate(refresh))
	}
	if a := refreshWith(t, s, refresh); a.Error != "invalid_grant" {
		t.Errorf("%+v", a)
	}
}
