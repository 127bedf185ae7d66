package fakedeck

import (
	"fmt"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
)

// Eight are the connections of the sketches, in their states at now.
func Eight(now time.Time) []store.Summary {
	row := func(i int, name, integration, identity string, left time.Duration) store.Summary {
		return store.Summary{
			ID: fmt.Sprintf("%032x", i+1), Name: name, Integration: integration, Identity: identity, TokenType: "Bearer", Generation: 1,
			CreatedAt: now.Add(-3 * time.Hour), ObtainedAt: now.Add(left - time.Hour), Lifetime: store.LifetimeKnown, ExpiresAt: now.Add(left),
			Refreshable: true,
		}
	}
	work := row(0, "google-work", "google", "ada@example.com", 43*time.Minute+12*time.Second)
	work.RefreshedAt, work.Subject = work.ObtainedAt, "109300000000000000882"
	work.ScopesAsked = []string{"openid", "email", "gmail.readonly", "calendar.readonly"}
	work.ScopesGranted = []string{"openid", "email", "gmail.readonly"}
	ads := row(1, "google-ads", "google", "ads@example.com", 59*time.Minute+58*time.Second)
	ci := row(2, "github-ci", "github", "octo-bot", 0)
	ci.Lifetime, ci.Refreshable, ci.ExpiresAt = store.LifetimeNever, false, time.Time{}
	zoom := row(3, "zoom-rec", "zoom", "rec@example.com", 24*time.Minute+9*time.Second)
	slack := row(4, "slack-ops", "slack", "T02AB/ops", 3*time.Minute+40*time.Second)
	graph := row(5, "ms-graph", "microsoft", "ada@example.org", 4*time.Minute+41*time.Second)
	graph.Refreshing = true
	hub := row(6, "hubspot", "hubspot", "portal 4471", -(2*time.Hour + 11*time.Minute + 9*time.Second))
	hub.Refreshable = false
	sales := row(7, "salesforce", "salesforce", "00Dxx/eu12", 18*time.Minute+36*time.Second)
	sales.Health = store.Health{Trouble: store.TroubleDead, Reason: "invalid_grant: expired access/refresh token", Since: now.Add(-113 * time.Second), Tries: 1}
	return []store.Summary{work, ads, ci, zoom, slack, graph, hub, sales}
}

// Two are the states that Eight lacks.
func Two(now time.Time) []store.Summary {
	base := Eight(now)[0]
	base.ScopesAsked, base.ScopesGranted = nil, nil
	git := base
	git.ID, git.Name, git.Integration, git.Identity = fmt.Sprintf("%032x", 9), "gitlab-ci", "gitlab", "ci@example.com"
	git.ExpiresAt, git.ObtainedAt = now.Add(29*time.Minute+50*time.Second), now.Add(-90*time.Minute-10*time.Second)
	git.Health = store.Health{Trouble: store.TroubleTransient, Reason: "503 from gitlab.com", Since: now, Tries: 2, RetryAt: now.Add(29 * time.Second)}
	old := base
	old.ID, old.Name, old.Integration = fmt.Sprintf("%032x", 10), "dropbox-old", "dropbox"
	old.Health = store.Health{Trouble: store.TroubleRevoked, Reason: "refresh token confirmed, access token confirmed"}
	return []store.Summary{git, old}
}

// Events are what happened to Eight.
func Events(now time.Time) []store.Event {
	at := func(h, m, s int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day(), h, m, s, 0, now.Location())
	}
	id := func(i int) string { return fmt.Sprintf("%032x", i+1) }
	return []store.Event{
		{Time: at(13, 46, 3), Connection: "google-work", ID: id(0), Event: "refresh", Outcome: "ok", Detail: "expires in 1 h"},
		{Time: at(13, 57, 52), Connection: "google-ads", ID: id(1), Event: "refresh", Outcome: "ok", Detail: "expires in 1 h"},
		{Time: at(14, 0, 51), Connection: "google-work", ID: id(0), Event: "action", Outcome: "ok", Detail: "list messages: 200 in 184 ms"},
		{Time: at(14, 0, 58), Connection: "salesforce", ID: id(7), Event: "refresh", Outcome: "failed", Detail: "invalid_grant, sign-in needed"},
	}
}

// Catalogue are the integrations of Eight and Two; one of them knows no revocation, one has no actions.
func Catalogue() []connections.IntegrationView {
	var list []connections.IntegrationView
	for _, x := range []struct{ id, name string }{
		{"google", "Google"},
		{"github", "GitHub"},
		{"zoom", "Zoom"},
		{"slack", "Slack"},
		{"microsoft", "Microsoft"},
		{"hubspot", "HubSpot"},
		{"salesforce", "Salesforce"},
		{"gitlab", "GitLab"},
		{"dropbox", "Dropbox"},
	} {
		v := connections.IntegrationView{
			Info:       integrations.Info{ID: x.id, Name: x.name, Kind: integrations.KindBuiltIn, PKCE: "S256", NeedsID: true},
			Configured: true, CanRevoke: x.id != "github", Actions: 3, Connections: 1,
		}
		if x.id == "hubspot" {
			v.Actions = 0
		}
		if x.id == "google" {
			v.Scopes.Meaning = map[string]string{"gmail.readonly": "reads your mail"}
		}
		list = append(list, v)
	}
	return list
}

// Many are n connections in all states, with nothing special about any of them.
func Many(n int, now time.Time) []store.Summary {
	kinds := append(Eight(now), Two(now)...)
	out := make([]store.Summary, n)
	for i := range out {
		out[i] = kinds[i%len(kinds)]
		out[i].ID, out[i].Name = fmt.Sprintf("%032x", i+1), fmt.Sprintf("%s-%05d", kinds[i%len(kinds)].Integration, i)
		if out[i].Lifetime == store.LifetimeKnown {
			out[i].ExpiresAt = out[i].ExpiresAt.Add(time.Duration(i%600) * time.Second)
		}
	}
	return out
}
