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
		Use: "remove NAME", Aliases: []string{"rm"}, Short: "Forgets a manifest or services that were added; linked files themselves stay",
		Example: "  authdeck integrations remove acme",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeIntegrations,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			svc, v, err := a.integration(ctx, args[0])
			if notFound(err) {
				if done, err := a.forgetCollection(ctx, args[0]); done || err != nil {
					return err
				}
			}
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

// forget takes the link back, or removes the copy.
func (a *app) forget(ctx context.Context, svc *connections.Service, v connections.IntegrationView) error {
	for _, section := range []string{linksSection, servicesSection} {
		var place string
		err := a.store.Setting(ctx, section, v.ID, &place)
		if err == nil {
			if err := a.store.PutSetting(ctx, section, v.ID, nil); err != nil {
				return err
			}
			return svc.ClearConfig(ctx, v.ID)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if v.Kind == integrations.KindFlowRunner {
		if err := a.forgetService(ctx, v); err != nil {
			return err
		}
		return svc.ClearConfig(ctx, v.ID)
	}
	path := filepath.Join(a.manifestDir(), v.ID+".yaml")
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove manifest: %w", err)
	}
	return svc.ClearConfig(ctx, v.ID)
}

// forgetService removes the copy of a service; one of a folder of services goes with that folder only.
func (a *app) forgetService(ctx context.Context, v connections.IntegrationView) error {
	if filepath.Dir(v.Origin) == a.manifestDir() {
		if err := os.RemoveAll(v.Origin); err != nil {
			return fmt.Errorf("remove the copy of the service: %w", err)
		}
		return nil
	}
	all, err := a.linked(ctx, servicesSection)
	if err != nil {
		return err
	}
	for id, dir := range all {
		if dir == filepath.Dir(v.Origin) {
			return usage("%s is one of the services in %s: authdeck integrations remove %s forgets them all", v.ID, dir, id)
		}
	}
	return nil
}
