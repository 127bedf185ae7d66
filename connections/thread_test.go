package connections_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations/demo"
	"authdeck/oauthflow"
)

// TestThread is the main job with real parts: a store on disk, an authorization server on loopback, real redirects.
func TestThread(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	r := newReal(t, demo.Options{TokenTTL: 2 * time.Second})
	d := r.login(t, connections.LoginRequest{Integration: "demo"}, "ada@example.com")
	if d.Name != "demo-ada" || d.Identity != "ada@example.com" || d.State != connections.StateOK || !d.Refreshable || len(d.Missing) > 0 {
		t.Fatalf("%+v", d)
	}
	run := connections.RunRequest{Connection: d.Name, Action: "who-am-i"}
	if got, err := r.Run(ctx, run); err != nil || got.Status != 200 || !bytes.Contains(got.Result, []byte("ada@example.com")) {
		t.Fatalf("%s %v", got.Result, err)
	}
	i, err := r.Inspect(ctx, d.Name)
	if err != nil || !i.Introspected || !i.Active || i.IDToken == nil {
		t.Errorf("%+v %v", i, err)
	}

	time.Sleep(time.Until(d.ExpiresAt) + 10*time.Millisecond) // the API refuses it from here on
	got, err := r.Run(ctx, run)
	if err != nil || got.Status != 200 {
		t.Fatalf("after expiry: %d %v", got.Status, err)
	}
	fresh, err := r.Show(ctx, d.Name)
	if err != nil || fresh.Refresh.Equal(d.Refresh) || fresh.Rotations != 1 {
		t.Errorf("the refresh token did not rotate: %+v %v", fresh, err)
	}
	if s := r.server.Stats(); s.TokenRequests["refresh_token"] != 1 || s.ReuseErrors != 0 {
		t.Errorf("%+v", s)
	}

	again := r.login(t, connections.LoginRequest{Connection: d.Name}, "ada@example.com")
	if again.ID != d.ID || again.Name != d.Name || !again.CreatedAt.Equal(d.CreatedAt) {
		t.Errorf("signed in again as %+v", again)
	}
	second := r.login(t, connections.LoginRequest{Integration: "demo"}, "ada@example.com")
	if s, err := r.Siblings(ctx, d.Name); err != nil || strings.Join(s, " ") != second.Name {
		t.Errorf("siblings %v %v", s, err)
	}
	rev, err := r.Revoke(ctx, d.Name)
	if err != nil || rev.RefreshToken != oauthflow.RevokeConfirmed || rev.AccessToken != oauthflow.RevokeConfirmed || rev.Verified != "inactive" {
		t.Errorf("%+v %v", rev, err)
	}
	if rev.Connection.State != connections.StateRevoked {
		t.Errorf("state %s", rev.Connection.State)
	}
	events, err := r.History(ctx, d.Name)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, e := range events {
		words = append(words, e.Event+" "+e.Outcome)
	}
	want := []string{"login ok", "action ok", "refresh ok", "rotation ok", "action ok", "login ok", "revoke ok"}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Error(diff)
	}
}

// TestThreadOtherAccount: signing in as somebody else never writes over a connection.
func TestThreadOtherAccount(t *testing.T) {
	t.Parallel()
	r := newReal(t, demo.Options{})
	ada := r.login(t, connections.LoginRequest{Integration: "demo", Name: "mine"}, "ada@example.com")
	l, err := r.Login(t.Context(), connections.LoginRequest{Connection: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	played := make(chan struct{})
	go func() {
		defer close(played)
		_, _ = demo.PlayBrowser(t.Context(), l.URL(), "bob@example.com") // the last page tells of the failure
	}()
	_, err = l.Wait(t.Context())
	<-played
	if kindOf(t, err) != connections.KindOtherAccount || !strings.Contains(err.Error(), "ada@example.com") || !strings.Contains(err.Error(), "bob@example.com") {
		t.Errorf("%v", err)
	}
	if d, err := r.Show(t.Context(), "mine"); err != nil || !d.Refresh.Equal(ada.Refresh) {
		t.Errorf("%+v %v", d, err)
	}
}
