package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
)

func (a *app) integrationsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "integrations", Aliases: []string{"int"}, Short: "What can be connected, and how",
		Example: "  authdeck integrations list\n  authdeck integrations show github",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.integrationsListCmd(), a.integrationsShowCmd(), a.integrationsAddCmd(), a.integrationsSetCmd(),
		a.integrationsNewCmd(), a.integrationsRemoveCmd(), a.integrationsLintCmd(), a.integrationsRehearseCmd())
	return cmd
}

// integration finds what an integrations verb was given; the service is open then.
func (a *app) integration(ctx context.Context, id string) (*connections.Service, connections.IntegrationView, error) {
	svc, err := a.service(ctx)
	if err != nil {
		return nil, connections.IntegrationView{}, err
	}
	v, err := svc.Integration(ctx, id)
	return svc, v, err
}

// changed says what was done to an integration and what comes next.
func (a *app) changed(ctx context.Context, svc *connections.Service, id, what string) error {
	v, err := svc.Integration(ctx, id)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(integrationRow(v))
	}
	next := "authdeck login " + id
	if v.NoSignIn {
		next = "authdeck actions " + id
	}
	if !v.Configured {
		next = "authdeck integrations show " + id
	}
	a.note("%s %s; next: %s", what, id, next)
	return nil
}

// integrationJSON is one integration as `integrations list` and `show` print it.
type integrationJSON struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Source      integrations.Kind `json:"source"`
	Origin      string            `json:"origin"`
	Configured  bool              `json:"configured"`
	Connections int               `json:"connections"`
	Actions     int               `json:"actions"`
	Broken      string            `json:"broken,omitempty"`
}

func integrationRow(v connections.IntegrationView) integrationJSON {
	return integrationJSON{
		ID: v.ID, Name: v.Name, Source: v.Kind, Origin: v.Origin, Configured: v.Configured,
		Connections: v.Connections, Actions: v.Actions, Broken: v.Broken,
	}
}

func (a *app) integrationsListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "What can be connected: name, source, configured or not, number of actions",
		Example: "  authdeck integrations list --json | jq '.[].id'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			list, err := svc.Integrations(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				rows := make([]integrationJSON, 0, len(list))
				for _, v := range list {
					rows = append(rows, integrationRow(v))
				}
				return a.printJSON(rows)
			}
			rows := [][]string{{"ID", "NAME", "SOURCE", "CONFIGURED", "CONNECTIONS", "ACTIONS"}}
			for _, v := range list {
				configured := "no"
				switch {
				case v.Configured:
					configured = "yes"
				case v.ItemsUnknown:
					configured = "?"
				}
				if v.Broken != "" {
					configured = "broken: " + v.Broken
				}
				actions := "-"
				if v.Actions >= 0 {
					actions = strconv.Itoa(v.Actions)
				}
				rows = append(rows, []string{v.ID, v.Name, string(v.Kind), configured, strconv.Itoa(v.Connections), actions})
			}
			a.table(rows)
			return nil
		},
	}
}

func (a *app) integrationsShowCmd() *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "One integration: how to set it up, what it asks for, what is known of it",
		Example: "  authdeck integrations show github",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeIntegrations,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			svc, v, err := a.integration(ctx, args[0])
			if err != nil {
				return err
			}
			redirect, err := svc.RedirectURI(ctx, args[0], 0)
			if err != nil && v.Broken == "" {
				return err
			}
			cfg, err := svc.Config(ctx, args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(integrationDetail(v, redirect, cfg))
			}
			a.showIntegration(v, redirect, cfg)
			return nil
		},
	}
}

// integrationDetail is one integration as `integrations show --json` prints it.
func integrationDetail(v connections.IntegrationView, redirect string, cfg integrations.Config) any {
	inputs := make([]map[string]any, 0, len(v.Inputs))
	for _, in := range v.Inputs {
		inputs = append(inputs, map[string]any{
			"name": in.Name, "label": in.Label, "hint": in.Hint, "type": in.Type, "required": in.Required, "secret": in.Secret,
			"default": in.Default, "pattern": in.Pattern,
		})
	}
	return struct {
		integrationJSON
		RedirectURI   string              `json:"redirect_uri"`
		RedirectClass string              `json:"redirect_class"`
		Console       string              `json:"console"`
		Docs          string              `json:"docs"`
		ClientType    string              `json:"client_type"`
		Setup         []string            `json:"setup"`
		Inputs        []map[string]any    `json:"inputs"`
		Config        map[string]string   `json:"config"`
		Scopes        []string            `json:"scopes"`
		PKCE          string              `json:"pkce"`
		ClientAuth    string              `json:"client_auth"`
		Refresh       string              `json:"refresh"`
		CanRevoke     bool                `json:"can_revoke"`
		RevokeNone    string              `json:"revoke_none"`
		Notes         []string            `json:"notes"`
		Facts         string              `json:"facts"`
		Evidence      map[string][]string `json:"evidence"`
		Unverified    []string            `json:"unverified"`
	}{
		integrationRow(v), redirect, string(v.Redirect.Class), v.Console, v.Docs, v.ClientType, orEmpty(v.Setup), inputs,
		shown(v.Info, cfg), orEmpty(v.Scopes.Default), v.PKCE, v.Auth, v.Refresh, v.CanRevoke, v.RevokeNone, orEmpty(v.Notes),
		v.Facts, v.Evidence, orEmpty(v.Unverified),
	}
}

// shown are the config items that are set, secrets masked.
func shown(info integrations.Info, cfg integrations.Config) map[string]string {
	out := map[string]string{}
	for name, value := range cfg {
		out[name] = value.String()
		if !secretInput(info, name) {
			out[name] = value.Reveal()
		}
	}
	return out
}

func (a *app) showIntegration(v connections.IntegrationView, redirect string, cfg integrations.Config) {
	revoke := "yes"
	switch {
	case v.RevokeNone != "":
		revoke = "no: " + v.RevokeNone + " " + v.RevokePage
	case !v.CanRevoke:
		revoke = "not known"
	}
	signIn := "authorization code, PKCE " + v.PKCE + ", client authentication " + v.Auth
	if v.NoSignIn {
		signIn = "none"
	}
	a.fields("id", v.ID, "name", v.Name, "source", string(v.Kind), "origin", v.Origin, "broken", v.Broken, "mistake", v.Mistake, "docs", v.Docs,
		"sign-in", signIn,
		"refresh", v.Refresh, "revocation", revoke, "scopes", strings.Join(v.Scopes.Default, " "),
		"access token", v.Lifetime.Access, "refresh token", v.Lifetime.Refresh,
		"unverified", strings.Join(v.Unverified, ", "), "facts of", v.Facts)
	for _, n := range slices.Concat(v.Notes, v.Lifetime.Cases, v.Lifetime.Limits) {
		a.printf("note: %s\n", safetext.Line(n, 0))
	}
	a.printf("\nset-up\n")
	for i, s := range v.Setup {
		a.printf("  %d  %s\n", i+1, safetext.Line(s, 0))
	}
	if v.NoSignIn {
		a.printf("  nothing is signed in to: authdeck run %s ACTION\n", v.ID)
	} else if v.Redirect.Unregistered {
		a.printf("  no redirect address is to be registered; authdeck sends %s, with a free port\n", redirect)
	} else {
		a.printf("  redirect address to register, exactly: %s\n", redirect)
	}
	if v.Redirect.Note != "" {
		a.printf("  (%s)\n", safetext.Line(v.Redirect.Note, 0))
	}
	a.printf("\nconfig items\n")
	set := shown(v.Info, cfg)
	rows := [][]string{}
	for _, in := range v.Inputs {
		value, ok := set[in.Name]
		if !ok {
			value = "not set"
			if in.Default != "" {
				value = in.Default + " (default)"
			}
		}
		rows = append(rows, []string{"  " + in.Name, value, in.Hint})
	}
	a.table(rows)
	if len(v.Evidence) > 0 {
		a.printf("\nevidence: %s\n", fmt.Sprint(len(v.Evidence), " fields with sources; --json lists them"))
	}
}
