package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
)

func (a *app) integrationsRemoveCmd() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Aliases: []string{"rm"}, Short: "Forgets a manifest that was added; a linked file itself stays",
		Example: "  authdeck integrations remove acme",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeIntegrations,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			svc, v, err := a.integration(ctx, args[0])
			if err != nil {
				return err
			}
			if v.Kind == integrations.KindBuiltIn {
				return usage("%s is built in and stays", v.ID)
			}
			if v.Connections > 0 {
				return &connections.Error{
					Kind: connections.KindFailed, Message: fmt.Sprintf("%d connections of %s are kept", v.Connections, v.ID),
					Hint: "revoke or remove them first: authdeck list",
				}
			}
			if err := a.forget(ctx, svc, v); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"removed": v.ID})
			}
			a.note("%s is forgotten", v.ID)
			return nil
		},
	}
}

func (a *app) forget(ctx context.Context, svc *connections.Service, v connections.IntegrationView) error {
	var linked string
	switch err := a.store.Setting(ctx, linksSection, v.ID, &linked); {
	case err == nil:
		if err := a.store.PutSetting(ctx, linksSection, v.ID, nil); err != nil {
			return err
		}
	case errors.Is(err, store.ErrNotFound):
		path := filepath.Join(a.manifestDir(), v.ID+".yaml")
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove manifest: %w", err)
		}
	default:
		return err
	}
	return svc.ClearConfig(ctx, v.ID)
}
