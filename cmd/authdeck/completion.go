package main

import (
	"github.com/spf13/cobra"
)

// completions never ask, never write, and stay silent where the store cannot be opened.

func (a *app) completeConnections(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	svc, err := a.service(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	rows, err := svc.List(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := make([]string, 0, len(rows))
	for _, r := range rows {
		names = append(names, r.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeIntegrations(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	svc, err := a.service(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, err := svc.Integrations(cmd.Context())
	if err != nil && len(list) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ids := make([]string, 0, len(list))
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeBoth(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	connections, d := a.completeConnections(cmd, args, word)
	ids, _ := a.completeIntegrations(cmd, args, word)
	return append(connections, ids...), d
}

func (a *app) completeRun(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) != 1 {
		return a.completeConnections(cmd, args, word)
	}
	svc, err := a.service(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	actions, err := svc.Actions(cmd.Context(), args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := make([]string, 0, len(actions))
	for _, act := range actions {
		names = append(names, act.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
