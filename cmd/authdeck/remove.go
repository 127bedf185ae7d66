package main

import "github.com/spf13/cobra"

func (a *app) removeCmd() *cobra.Command {
	return &cobra.Command{
		Use: "remove CONN", Aliases: []string{"rm"}, Short: "Forgets a connection here; the provider is not told",
		Example: "  authdeck revoke demo-ada && authdeck remove demo-ada",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			d, err := svc.Show(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := svc.Remove(cmd.Context(), d.ID); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"removed": d.Name})
			}
			a.note("%s is forgotten here; the provider was not told", d.Name)
			return nil
		},
	}
}
