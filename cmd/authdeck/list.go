package main

import (
	"github.com/spf13/cobra"
)

func (a *app) listCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "Every connection: integration, identity, state, expiry, next refresh",
		Example: "  authdeck list\n  authdeck list --json | jq '.[] | select(.state != \"ok\")'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			svc, err := a.service(ctx)
			if err != nil {
				return err
			}
			if a.json {
				details, err := svc.Details(ctx)
				if err != nil {
					return err
				}
				all := make([]connectionJSON, 0, len(details))
				for _, d := range details {
					all = append(all, toJSON(d, false))
				}
				return a.printJSON(all)
			}
			rows, err := svc.List(ctx)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				a.note("no connections yet: `authdeck integrations list` names what can be connected, `authdeck login NAME` connects it")
				return nil
			}
			now := a.clock.Wall()
			out := [][]string{{"NAME", "INTEGRATION", "IDENTITY", "STATE", "EXPIRES", "REFRESH", "REASON"}}
			for _, r := range rows {
				refresh := "-"
				if !r.RefreshAt.IsZero() {
					refresh = due(r.RefreshAt, now)
				}
				out = append(out, []string{r.Name, r.Integration, r.Identity, string(r.State), remaining(r.Lifetime, r.ExpiresAt, now), refresh, r.Reason})
			}
			a.table(out)
			return nil
		},
	}
}
