package main

import (
	"strings"

	"github.com/spf13/cobra"

	"authdeck/integrations"
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
	switch len(args) {
	case 0:
		return a.completeConnections(cmd, args, word)
	case 1:
	default:
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	actions := a.actionsFor(cmd, args)
	names := make([]string, 0, len(actions))
	for _, act := range actions {
		names = append(names, act.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeParam completes the names of an action's parameters.
func (a *app) completeParam(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, act := range a.actionsFor(cmd, args) {
		if len(args) < 2 || act.Name != args[1] || strings.Contains(word, "=") {
			continue
		}
		for _, p := range act.Params {
			names = append(names, p.Name+"=")
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completePreset completes the names of an action's presets.
func (a *app) completePreset(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	svc, err := a.service(cmd.Context())
	if err != nil || len(args) < 2 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	integration, err := integrationOf(cmd.Context(), svc, args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	presets, err := svc.Presets(cmd.Context(), integration, args[1])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, p := range presets {
		names = append(names, p.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// actionsFor are those of the connection or the integration that was typed.
func (a *app) actionsFor(cmd *cobra.Command, args []string) []integrations.Action {
	svc, err := a.service(cmd.Context())
	if err != nil || len(args) == 0 {
		return nil
	}
	actions, err := svc.Actions(cmd.Context(), args[0])
	if err != nil {
		return nil
	}
	return actions
}
