package main

import (
	"strings"

	"github.com/spf13/cobra"

	"authdeck/integrations"
)

func (a *app) actionsCmd() *cobra.Command {
	return &cobra.Command{
		Use: "actions NAME", Short: "Actions of a connection or an integration, with their parameters",
		Example: "  authdeck actions github-octocat\n  authdeck actions github --json",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeBoth,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			actions, err := svc.Actions(cmd.Context(), args[0])
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
				params := make([]string, 0, len(act.Params))
				for _, p := range act.Params {
					name := p.Name
					if p.Required {
						name += "*"
					}
					params = append(params, name)
				}
				rows = append(rows, []string{act.Name, act.Label, strings.Join(params, " ")})
			}
			a.table(rows)
			a.note("* required; run one with `authdeck run CONN ACTION -p name=value`")
			return nil
		},
	}
}
