package main

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"authdeck/integrations/demo"
	"authdeck/internal/testserver"
)

// soakServer is a server of the soak and the front before it.
type soakServer struct {
	name    string
	front   *testserver.Front
	token   string // path of its token endpoint
	api     string // answers 200 to a living token alone
	connect func(name string)
	counted func() (words string, reused int)
	lost    float64 // share of its answers that are lost
}

// spoil begins the faults.
func (x *soakServer) spoil() {
	x.front.Inject(testserver.Fault{Path: x.token, Mode: testserver.Drop, Share: soakDropped})
	if x.lost > 0 {
		x.front.Inject(testserver.Fault{Path: x.token, Mode: testserver.CommitThenDrop, Share: x.lost})
	}
}

// zitadel is the demo's server, without grace.
func (s *soak) zitadel() *soakServer {
	s.t.Helper()
	front := testserver.StartFront(s.t)
	front.While(s.gate.RLocker())
	server, err := demo.Start(s.t.Context(), demo.Options{TokenTTL: soakStrict, Wrap: func(h http.Handler) http.Handler { return front.Before(h) }})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = server.Close() })
	s.deck.manifest("zitadel", bytes.Replace(server.Manifest(), []byte("\nid: demo\n"), []byte("\nid: zitadel\n"), 1))
	return &soakServer{
		name: "zitadel", front: front, token: "/oauth/token", api: server.API() + "/me",
		connect: func(name string) {
			verb(s.t, s.deck.env, "login", "zitadel", "--name", name, "--browser", mustLook(s.t, "playbrowser"))
		},
		counted: func() (string, int) {
			got := server.Stats()
			return fmt.Sprintf("%d reuse errors", got.ReuseErrors), got.ReuseErrors
		},
	}
}

// graced is a server that kills a grant on reuse, but for a minute of grace.
func (s *soak) graced() *soakServer {
	s.t.Helper()
	front := testserver.StartFront(s.t)
	server := testserver.StartRotating(s.t, testserver.RotatingOptions{Kind: testserver.K1, Grace: time.Minute, TTL: soakGraced, Front: front})
	s.deck.manifest("graced", server.Manifest("graced"))
	return &soakServer{
		name: "graced", front: front, token: testserver.TokenPath, api: server.Issuer + testserver.UserinfoPath, lost: soakLost,
		connect: func(name string) { s.deck.plant(name, "graced", server, 0, soakGraced) },
		counted: func() (string, int) {
			got := server.Stats()
			return fmt.Sprintf("%d saved by grace, %d reuse errors, %d families dead", got.Graced, got.Reuse, got.FamiliesDead), got.Reuse
		},
	}
}

// oidcProvider is npm's, which kills a grant on reuse, without grace.
func (s *soak) oidcProvider() *soakServer {
	s.t.Helper()
	front := testserver.StartFront(s.t)
	front.While(s.gate.RLocker())
	server := testserver.StartOIDCProvider(s.t, testserver.OIDCOptions{AccessTokenTTL: soakStrict, Front: front})
	verb(s.t, s.deck.env, "integrations", "add", server.Issuer, "--name", "node")
	return &soakServer{
		name: "node", front: front, token: "/token", api: server.Issuer + "/me",
		connect: func(name string) {
			verb(s.t, s.deck.env, "login", "node", "--name", name, "--browser", mustLook(s.t, "playoidc"))
		},
		counted: func() (string, int) {
			got := server.Stats()
			return fmt.Sprintf("%d reuse errors, %d grants revoked", got.ReuseErrors, got.GrantsRevoked), got.ReuseErrors
		},
	}
}
