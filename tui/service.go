package tui

import (
	"context"

	"authdeck/connections"
	"authdeck/tui/screen"
)

// FromService makes a deck of the service.
func FromService(s *connections.Service) screen.Deck { return deck{s} }

type deck struct{ *connections.Service }

// Login starts a sign-in; a failed one must not become a non-nil interface around a nil pointer.
func (d deck) Login(ctx context.Context, r connections.LoginRequest) (screen.Login, error) {
	l, err := d.Service.Login(ctx, r)
	if err != nil {
		return nil, err
	}
	return l, nil
}
