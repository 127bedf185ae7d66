package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// madeUp are the first of the made-up connections, one a state; the others repeat them with a number.
var madeUp = [8]struct{ name, integration, identity string }{
	{"mail-work", "mail", "ada@example.com"},
	{"code-ci", "code", "octo-bot"},
	{"chat-ops", "chat", "ops@example.com"},
	{"crm", "crm", "portal 4471"},
	{"code-mirror", "code", "ci@example.com"},
	{"sales-eu", "sales", "eu12"},
	{"drive-old", "drive", "ada@example.com"},
	{"calendar", "graph", "ada@example.org"},
}

// fillStore puts n made-up connections in all states into the throwaway store, for measuring and pictures. No integration
// of theirs exists, so nothing refreshes them.
func fillStore(ctx context.Context, st *store.Bolt, n int, now time.Time) error {
	all := make([]store.Connection, 0, n)
	for i := range n {
		m := madeUp[i%len(madeUp)]
		if i >= len(madeUp) {
			m.name = fmt.Sprintf("%s-%05d", m.name, i)
		}
		c := store.Connection{
			Name: m.name, Integration: m.integration, Identity: m.identity, Flow: "browser",
			CreatedAt: now.Add(-24 * time.Hour), ScopesAsked: []string{"openid", "email"}, ScopesGranted: []string{"openid", "email"},
			Grant: store.Grant{
				AccessToken: secret.New(fmt.Sprintf("made-up-access-token-%08d", i)), TokenType: "Bearer",
				ObtainedAt: now.Add(-15 * time.Minute), Lifetime: store.LifetimeKnown,
				ExpiresAt: now.Add(45*time.Minute + time.Duration(i%3600)*time.Second),
			},
		}
		switch i % len(madeUp) {
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
			c.Health = store.Health{Trouble: store.TroubleRevoked, Reason: "both tokens confirmed, introspection: inactive", Since: now.Add(-time.Hour)}
		}
		all = append(all, c)
	}
	if err := st.PutAll(ctx, all); err != nil {
		return fmt.Errorf("fill the throwaway store: %w", err)
	}
	return refreshing(ctx, st, now)
}

// refreshing marks the made-up connection that a refresh is under way for.
func refreshing(ctx context.Context, st *store.Bolt, now time.Time) error {
	c, err := st.Find(ctx, madeUp[7].name)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = st.SetIntent(ctx, c.ID, &store.Intent{Generation: c.Generation, Started: now, Sent: true})
	}
	if err != nil {
		return fmt.Errorf("mark a made-up connection as refreshing: %w", err)
	}
	return nil
}
