package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

func (a *app) revokeCmd() *cobra.Command {
	return &cobra.Command{
		Use: "revoke CONN", Short: "Ends the grant at the provider and says exactly what was confirmed",
		Example: "  authdeck revoke demo-ada\n  authdeck revoke demo-ada --json | jq .verified",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			svc, err := a.service(ctx)
			if err != nil {
				return err
			}
			if siblings, err := svc.Siblings(ctx, args[0]); err == nil && len(siblings) > 0 {
				a.note("note: the same account is connected as %s; some providers end those too", strings.Join(siblings, ", "))
			}
			r, err := svc.Revoke(ctx, args[0])
			if r.RefreshToken == "" && r.AccessToken == "" {
				return err
			}
			return errors.Join(a.showRevocation(r), err)
		},
	}
}

func (a *app) showRevocation(r connections.Revocation) error {
	if a.json {
		return a.printJSON(map[string]any{
			"refresh_token": r.RefreshToken, "access_token": r.AccessToken, "verified": r.Verified, "hint": r.Hint,
			"connection": toJSON(r.Connection, false),
		})
	}
	a.fields("refresh token", string(r.RefreshToken), "access token", string(r.AccessToken), "introspection says", r.Verified, "hint", r.Hint)
	return nil
}
