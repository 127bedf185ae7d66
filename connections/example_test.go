package connections_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/oauth2"

	"authdeck/connections"
)

// A Go program uses a connection through an HTTP client: each request carries a token that lives, refreshed first if it
// must be, by the one protocol that the UI, the scripts and the keeper use as well.
func ExampleService_TokenSource() {
	whoAmI := func(ctx context.Context, deck *connections.Service) error {
		client := oauth2.NewClient(ctx, deck.TokenSource(ctx, "work"))
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/me", nil)
		if err != nil {
			return err
		}
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		fmt.Println(res.StatusCode, len(body), "bytes")
		return err
	}
	_ = whoAmI
}
