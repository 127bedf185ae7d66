package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

func (a *app) showCmd() *cobra.Command {
	var reveal bool
	cmd := &cobra.Command{
		Use: "show CONN", Short: "One connection, whole: identity, scopes, lifetimes, user data, history",
		Example: "  authdeck show google-work\n  authdeck show google-work --json | jq .scopes_granted",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			svc, err := a.service(ctx)
			if err != nil {
				return err
			}
			d, err := svc.Show(ctx, args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(toJSON(d, reveal))
			}
			a.showDetail(d, reveal)
			events, err := svc.History(ctx, d.ID)
			if err != nil {
				return err
			}
			a.printf("\nhistory\n")
			a.historyTable(events, false)
			return nil
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print the tokens themselves")
	return cmd
}

func (a *app) showDetail(d connections.Detail, reveal bool) {
	now := a.clock.Wall()
	access, refresh := d.Access.Hint(), d.Refresh.Hint()
	if reveal {
		access, refresh = d.Access.Reveal(), d.Refresh.Reveal()
	}
	next := ""
	if !d.RefreshAt.IsZero() {
		next = due(d.RefreshAt, now)
	}
	refreshEnds := ""
	if !d.RefreshExpiresAt.IsZero() {
		refreshEnds = remaining("", d.RefreshExpiresAt, now)
	}
	data := ""
	if len(d.UserData) > 0 {
		if b, err := json.Marshal(d.UserData); err == nil {
			data = string(b)
		}
	}
	a.fields(
		"name", d.Name, "integration", d.Integration, "identity", d.Identity, "state", string(d.State), "reason", d.Reason,
		"access token", access, "expires", remaining(d.Lifetime, d.ExpiresAt, now),
		"refresh token", refresh, "next refresh", next, "refresh token ends", refreshEnds,
		"scopes asked", strings.Join(d.ScopesAsked, " "), "scopes granted", strings.Join(d.ScopesGranted, " "),
		"scopes missing", strings.Join(d.Missing, " "), "user data", data, "created", d.CreatedAt.Local().Format("2006-01-02 15:04:05"),
	)
	for _, w := range d.Warnings {
		a.note("warning: %s", w)
	}
}
