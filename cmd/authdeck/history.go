package main

import (
	"github.com/spf13/cobra"

	"authdeck/store"
)

func (a *app) historyCmd() *cobra.Command {
	return &cobra.Command{
		Use: "history [CONN]", Short: "What happened, oldest first",
		Example: "  authdeck history\n  authdeck history google-work --json",
		Args:    cobra.MaximumNArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			ref := ""
			if len(args) == 1 {
				ref = args[0]
			}
			events, err := svc.History(cmd.Context(), ref)
			if err != nil {
				return err
			}
			if a.json {
				for _, e := range events {
					if err := a.printLine(e); err != nil {
						return err
					}
				}
				return nil
			}
			a.historyTable(events, ref == "")
			return nil
		},
	}
}

func (a *app) historyTable(events []store.Event, names bool) {
	rows := make([][]string, 0, len(events))
	for _, e := range events {
		row := []string{e.Time.Local().Format("2006-01-02 15:04:05")}
		if names {
			row = append(row, e.Connection)
		}
		rows = append(rows, append(row, e.Event, e.Outcome, e.Detail))
	}
	a.table(rows)
}
