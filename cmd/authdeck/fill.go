package main

import (
	"context"
	"fmt"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// fillStore puts n made-up connections in all states into the throwaway store, for measuring and pictures. Their
// integration is "made-up", which nothing refreshes.
func fillStore(ctx context.Context, st store.Store, n int, now time.Time) error {
	for i := range n {
		c := store.Connection{
			Name: fmt.Sprintf("made-up-%05d", i), Integration: "made-up", Identity: fmt.Sprintf("user%d@example.com", i),
			CreatedAt: now.Add(-24 * time.Hour), ScopesAsked: []string{"openid"}, ScopesGranted: []string{"openid"},
			Grant: store.Grant{
				AccessToken: secret.New(fmt.Sprintf("made-up-access-token-%08d", i)), TokenType: "Bearer",
				ObtainedAt: now.Add(-15 * time.Minute), Lifetime: store.LifetimeKnown,
				ExpiresAt: now.Add(time.Hour + time.Duration(i%3600)*time.Second),
			},
		}
		switch i % 8 {
		case 1:
			c.Grant.Lifetime, c.Grant.ExpiresAt = store.LifetimeNever, time.Time{}
		case 2:
			c.Grant.ExpiresAt = now.Add(3 * time.Minute)
		case 3:
			c.Grant.ExpiresAt = now.Add(-2 * time.Hour)
		case 4:
			c.Health = store.Health{Trouble: store.TroubleTransient, Reason: "503 from provider.example", Since: now, Tries: 3, RetryAt: now.Add(time.Hour)}
		case 5:
			c.Health = store.Health{Trouble: store.TroubleDead, Reason: "invalid_grant", Since: now.Add(-time.Hour)}
		case 6:
			c.Health = store.Health{Trouble: store.TroubleRevoked, Reason: "revoked by you, confirmed", Since: now.Add(-time.Hour)}
		}
		if _, err := st.Put(ctx, c, store.Write{}); err != nil {
			return fmt.Errorf("fill the throwaway store: %w", err)
		}
	}
	return nil
}
