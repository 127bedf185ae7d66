package connections_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/demo"
	"authdeck/internal/clock"
	"authdeck/store"
)

// A Go program uses a connection through an HTTP client: each request carries a token that lives, refreshed first if it
// must be, by the one protocol that the UI, the scripts and the keeper use as well.
func ExampleService_TokenSource() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	deck, api, end := signedIn(ctx) // a deck with the connection "work" at a server on loopback
	defer end()

	client := oauth2.NewClient(ctx, deck.TokenSource(ctx, "work"))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, api+"/me", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := client.Do(req)
	if err != nil {
		fmt.Println(err) // a dead grant is a [*connections.Error] of KindSignIn: errors.As finds it
		return
	}
	defer func() { _ = res.Body.Close() }()
	var me struct{ Email string }
	if err := json.NewDecoder(res.Body).Decode(&me); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.StatusCode, me.Email)
	// Output: 200 ada@example.com
}

// signedIn makes a deck over a store in memory and signs in at the demo's server by real HTTP.
func signedIn(ctx context.Context) (deck *connections.Service, api string, end func()) {
	server, err := demo.Start(ctx, demo.Options{})
	if err != nil {
		panic(err)
	}
	i, err := newWire(ctx, server.Issuer())
	if err != nil {
		panic(err)
	}
	deck = connections.New(connections.Options{
		Store: store.NewMemory(store.Options{}), Registry: integrations.NewRegistry(source{i}), Clock: clock.System(), Rand: rand.Reader,
		Browser: noBrowser{},
	})
	login, err := deck.Login(ctx, connections.LoginRequest{Integration: "demo", Name: "work"})
	if err != nil {
		panic(err)
	}
	played := make(chan error, 1)
	go func() {
		_, err := demo.PlayBrowser(ctx, login.URL(), "ada@example.com")
		played <- err
	}()
	if _, err := login.Wait(ctx); err != nil {
		panic(err)
	}
	if err := <-played; err != nil {
		panic(err)
	}
	return deck, server.API(), func() {
		_ = deck.Close()
		i.c.HTTP.CloseIdleConnections()
		http.DefaultClient.CloseIdleConnections()
		_ = server.Close()
	}
}
