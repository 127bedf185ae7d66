package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations"
)

func (a *app) actionsCmd() *cobra.Command {
	var search string
	cmd := &cobra.Command{
		Use: "actions [NAME]", Short: "Actions of a connection or an integration, with their parameters; without a name, of all",
		Example: "  authdeck actions github-octocat\n  authdeck actions github --json\n  authdeck actions --search \"create contact\"",
		Args:    cobra.MaximumNArgs(1), ValidArgsFunction: a.completeBoth,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.allActions(cmd.Context(), search)
			}
			if cmd.Flags().Changed("search") {
				return usage("--search looks in all actions: leave out %s", args[0])
			}
			return a.actionsOf(cmd.Context(), args[0])
		},
	}
	cmd.Flags().StringVar(&search, "search", "", "words that an action's name, label, description or integration holds, best first")
	return cmd
}

func (a *app) actionsOf(ctx context.Context, name string) error {
	svc, err := a.service(ctx)
	if err != nil {
		return err
	}
	actions, err := svc.Actions(ctx, name)
	if err != nil {
		return err
	}
	if a.json {
		if actions == nil {
			actions = []integrations.Action{}
		}
		return a.printJSON(actions)
	}
	rows := [][]string{{"ACTION", "LABEL", "PARAMETERS"}}
	for _, act := range actions {
		rows = append(rows, []string{act.Name, act.Label, paramWords(act)})
	}
	a.table(rows)
	a.note("* required; run one with `authdeck run CONN ACTION -p name=value`")
	return nil
}

func paramWords(act integrations.Action) string {
	params := make([]string, 0, len(act.Params))
	for _, p := range act.Params {
		name := p.Name
		if p.Required {
			name += "*"
		}
		params = append(params, name)
	}
	return strings.Join(params, " ")
}

// foundJSON is an action among all.
type foundJSON struct {
	Integration     string     `json:"integration"`
	IntegrationName string     `json:"integration_name"`
	Connections     []string   `json:"connections"`
	NeedsSignIn     bool       `json:"needs_sign_in"`
	LastUsed        *time.Time `json:"last_used"`
	integrations.Action
}

func (a *app) allActions(ctx context.Context, search string) error {
	svc, err := a.service(ctx)
	if err != nil {
		return err
	}
	list, err := svc.AllActions(ctx)
	if err != nil {
		return err
	}
	places := connections.NewActionIndex(list).Search(search)
	if a.json {
		out := make([]foundJSON, len(places))
		for i, at := range places {
			f := list[at]
			out[i] = foundJSON{
				Integration: f.Integration, IntegrationName: f.IntegrationName, Connections: orEmpty(f.Connections),
				NeedsSignIn: f.NeedsSignIn, LastUsed: instant(f.LastUsed), Action: f.Action,
			}
		}
		return a.printJSON(out)
	}
	rows := [][]string{{"RUN WITH", "ACTION", "LABEL", "CATEGORY"}}
	for _, at := range places {
		f := list[at]
		with := strings.Join(f.Connections, " ")
		switch {
		case !f.NeedsSignIn:
			with = f.Integration
		case len(f.Connections) == 0:
			with = "(login " + f.Integration + ")"
		}
		rows = append(rows, []string{with, f.Name, f.Label, f.Category})
	}
	a.table(rows)
	a.note("%d of %d actions; `authdeck actions NAME` shows their parameters", len(places), len(list))
	return nil
}
