package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

func (a *app) watchCmd() *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use: "watch", Short: "Keeps every connection fresh without the UI; made for a user service",
		Example: "  authdeck watch\n  authdeck watch --once && authdeck list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			svc, err := a.service(ctx)
			if err != nil {
				return err
			}
			if once {
				if err := svc.KeepOnce(ctx, a.watchEvent); err != nil {
					return err
				}
				return a.worst(ctx, svc)
			}
			a.note("watching; ctrl+c ends it")
			if err := svc.Keep(ctx, a.watchEvent); err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "refresh what is due now, then end: 0 all fresh, 4 a sign-in is needed, 5 something transient")
	return cmd
}

func (a *app) watchEvent(e connections.KeepEvent) {
	if a.json {
		_ = a.printLine(map[string]any{"time": e.Time.UTC(), "connection": e.Connection, "event": e.Event, "detail": e.Detail})
		return
	}
	a.printf("%s  %s  %s  %s\n", e.Time.Local().Format("15:04:05"), safetext.Line(e.Connection, 0), e.Event, safetext.Line(e.Detail, 0))
}

// worst turns the states after a round into the exit code of --once, and names on stderr what it comes from.
func (a *app) worst(ctx context.Context, svc *connections.Service) error {
	rows, err := svc.List(ctx)
	if err != nil {
		return err
	}
	code := 0
	for _, r := range rows {
		switch r.State {
		case connections.StateSignIn, connections.StateExpired:
			code = 4
		case connections.StateRetrying:
			if code == 0 {
				code = 5
			}
		case connections.StateOK, connections.StateExpiring, connections.StateRefreshing, connections.StateRevoked:
			continue
		}
		a.note("%s: %s: %s", safetext.Line(r.Name, 0), r.State, safetext.Line(r.Reason, 200))
	}
	if code != 0 {
		return exitError(code)
	}
	a.note("%d connections, all fresh", len(rows))
	return nil
}
