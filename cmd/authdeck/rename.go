package main

import "github.com/spf13/cobra"

func (a *app) renameCmd() *cobra.Command {
	return &cobra.Command{
		Use: "rename OLD NEW", Short: "Gives a connection another name",
		Example: "  authdeck rename google-ada-example-com google-work",
		Args:    cobra.ExactArgs(2), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			if err := svc.Rename(cmd.Context(), args[0], args[1]); err != nil {
				return err
			}
			if a.json {
				d, err := svc.Show(cmd.Context(), args[1])
				if err != nil {
					return err
				}
				return a.printJSON(toJSON(d, false))
			}
			a.note("%s is now %s", args[0], args[1])
			return nil
		},
	}
}
