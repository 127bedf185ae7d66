package testserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// The clients of npm's oidc-provider; all are native ones, with redirect addresses /callback on both loopback literals and
// localhost, at any port.
const (
	PublicClient = "native" // no authentication
	BasicClient  = "basic"  // client_secret_basic
	BasicSecret  = "basic secret+/%:1"
	PostClient   = "post" // client_secret_post
	PostSecret   = "post-secret-1"
)

// readyWithin bounds the start of the server; it takes about a second.
const readyWithin = 60 * time.Second

// OIDCOptions change what [StartOIDCProvider] starts.
type OIDCOptions struct {
	AccessTokenTTL  time.Duration // whole seconds; default 1 h
	RefreshTokenTTL time.Duration // whole seconds; default 24 h
	KeepRefresh     bool          // no rotation
	RedirectURIs    []string      // further ones of all clients
	// Front stands before the server: the issuer is its address.
	Front *Front
}

// OIDCProvider is a running server.
type OIDCProvider struct {
	Issuer string // without a slash at its end
	Direct string // the server itself, past any front

	t testing.TB
}

// OIDCStats is what the server counted.
type OIDCStats struct {
	TokenRequests  map[string]int `json:"token_requests"` // by grant type, refused ones included
	TokenErrors    map[string]int `json:"token_errors"`   // by error code
	ReuseErrors    int            `json:"reuse_errors"`   // a rotated refresh token came again: the family is dead
	GrantsRevoked  int            `json:"grants_revoked"`
	Revocations    int            `json:"revocations"`
	Introspections int            `json:"introspections"`
	Registrations  int            `json:"registrations"`
}

// StartOIDCProvider starts npm's oidc-provider on loopback, which ends with the test. It rotates refresh tokens and kills
// the family on reuse, sends iss, and has registration, revocation, introspection, device flow, PAR and DPoP.
func StartOIDCProvider(t testing.TB, o OIDCOptions) *OIDCProvider {
	t.Helper()
	node, folder := installed(t)
	settings := map[string]any{
		"access_token_ttl":  int(o.AccessTokenTTL / time.Second),
		"refresh_token_ttl": int(o.RefreshTokenTTL / time.Second),
		"rotate":            !o.KeepRefresh,
		"redirect_uris":     o.RedirectURIs,
	}
	if o.Front != nil {
		settings["issuer"] = o.Front.URL
	}
	arg, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	// Not bound to the test's context, which ends before clean-up: clients may still be revoking then.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), node, "server.mjs", string(arg))
	cmd.Dir = folder
	cmd.Env = append(cmd.Environ(), "NODE_NO_WARNINGS=1")
	var said lines
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()         // asks it to end
		_ = cmd.Process.Kill() // and does not wait for its open connections
		_ = cmd.Wait()         // "killed"
		if t.Failed() {
			t.Logf("oidc-provider said: %s", said.String())
		}
	})
	late := time.AfterFunc(readyWithin, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	var ready struct{ Issuer, Listen string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		t.Fatalf("oidc-provider did not start: %v: %s%s", err, line, said.String())
	}
	if o.Front != nil {
		o.Front.To(ready.Listen)
	}
	return &OIDCProvider{Issuer: ready.Issuer, Direct: ready.Listen, t: t}
}

// Stats asks the server for its counters, past any front.
func (p *OIDCProvider) Stats() OIDCStats {
	p.t.Helper()
	var s OIDCStats
	if err := getJSON(context.WithoutCancel(p.t.Context()), p.Direct+"/stats", &s); err != nil {
		p.t.Fatal(err)
	}
	return s
}

func getJSON(ctx context.Context, address string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", address, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// lines keeps what a process says.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
