package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

func (a *app) refreshCmd() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "refresh CONN… | --all", Short: "Refreshes connections now",
		Example:           "  authdeck refresh google-work\n  authdeck refresh --all --json",
		ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usage("name connections, or say --all")
			}
			ctx := cmd.Context()
			svc, err := a.service(ctx)
			if err != nil {
				return err
			}
			if all {
				rows, err := svc.List(ctx)
				if err != nil {
					return err
				}
				for _, r := range rows {
					if r.Refreshable && r.State != connections.StateRevoked {
						args = append(args, r.ID)
					}
				}
			}
			return a.refreshEach(cmd, svc, args)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every connection that has a refresh token")
	return cmd
}

// refreshed is one row of `refresh --json`.
type refreshed struct {
	Name       string              `json:"name"`
	Outcome    connections.Outcome `json:"outcome"`
	Error      *failure            `json:"error"`
	Connection *connectionJSON     `json:"connection"`
}

func (a *app) refreshEach(cmd *cobra.Command, svc *connections.Service, refs []string) error {
	rows := make([]refreshed, 0, len(refs))
	var last error
	for _, ref := range refs {
		d, outcome, err := svc.Refresh(cmd.Context(), ref)
		row := refreshed{Name: ref, Outcome: outcome}
		if d.Name != "" {
			row.Name = d.Name
			c := toJSON(d, false)
			row.Connection = &c
		}
		if err != nil {
			last = err
			f := explain(err)
			row.Error, row.Outcome = &f, connections.OutcomeFailed
		}
		rows = append(rows, row)
		if !a.json && err == nil {
			a.printf("%s: %s, expires %s\n", row.Name, outcome, remaining(d.Lifetime, d.ExpiresAt, a.clock.Wall()))
		}
		if !a.json && err != nil && len(refs) > 1 {
			_, _ = fmt.Fprintf(a.err, "%s: %s\n", row.Name, row.Error.Message) // an error, so -q does not silence it
		}
	}
	if a.json {
		if err := a.printJSON(rows); err != nil {
			return err
		}
	}
	if last != nil && a.json {
		return exitError(exitCodes[explain(last).Code])
	}
	return last
}
