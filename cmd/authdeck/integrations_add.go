package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/discover"
	"authdeck/integrations/manifest"
	"authdeck/internal/safetext"
)

// maxManifest is the largest manifest file that is read, in bytes.
const maxManifest = 256 << 10

func (a *app) integrationsAddCmd() *cobra.Command {
	var name string
	var copied bool
	cmd := &cobra.Command{
		Use: "add SOURCE", Short: "Adds a manifest, a FlowRunner service, or what an OpenID or OAuth issuer's URL announces",
		Long: `SOURCE is a manifest file, the folder of a FlowRunner service, a folder of such folders, or the URL of an OpenID
or OAuth issuer (https; http only on loopback). Files stay where they are and are read anew when they change;
--copy takes a copy. From a URL a manifest is written, and a client is registered where the server allows it.`,
		Example: `  authdeck integrations add ./acme.yaml
  authdeck integrations add ./services/acme
  authdeck integrations add https://login.example.com --name example`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			if strings.Contains(args[0], "://") {
				return a.addURL(cmd.Context(), svc, args[0], name)
			}
			return a.addFile(cmd.Context(), svc, args[0], name, copied)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "id of the integration")
	cmd.Flags().BoolVar(&copied, "copy", false, "copy the files instead of reading them where they lie")
	return cmd
}

func (a *app) addURL(ctx context.Context, svc *connections.Service, url, name string) error {
	c := a.caller()
	found, err := discover.Issuer(ctx, c, url, name)
	if err != nil {
		return fmt.Errorf("read what %s announces: %w", safetext.Line(url, 200), err)
	}
	if err := a.free(ctx, svc, found.ID); err != nil {
		return err
	}
	m := found.Metadata
	if !a.json && !a.quiet {
		a.note("issuer %s", safetext.Line(m.Issuer, 200))
		a.note("authorization endpoint %s", safetext.Line(m.AuthorizationEndpoint, 200))
		a.note("token endpoint %s", safetext.Line(m.TokenEndpoint, 200))
	}
	if m.RegistrationEndpoint != "" {
		if err := discover.Register(ctx, c, &found); err != nil {
			a.note("the server did not register a client: %s", explain(err).Message)
		}
	}
	if err := a.writeManifest(found.ID, found.Manifest); err != nil {
		return err
	}
	if len(found.Config) > 0 {
		if err := svc.SetConfig(ctx, found.ID, found.Config); err != nil {
			return err
		}
		a.note("registered a client of our own; nothing to set up")
	}
	return a.changed(ctx, svc, found.ID, "added")
}

func (a *app) addFile(ctx context.Context, svc *connections.Service, path, name string, copied bool) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return usage("%s", err)
	}
	info, err := os.Stat(abs)
	switch {
	case err != nil:
		return usage("%s", err)
	case info.IsDir():
		return a.addFolder(ctx, svc, abs, name, copied)
	case info.Size() > maxManifest:
		return usage("%s is larger than 256 KiB", path)
	}
	text, err := os.ReadFile(abs)
	if err != nil {
		return usage("%s", err)
	}
	i, err := manifest.Parse(a.caller(), manifest.Page{Name: filepath.Base(path), Kind: integrations.KindManifest, Origin: abs, YAML: text, Code: a.flowrunnerHost().Code})
	if err != nil {
		return &connections.Error{Kind: connections.KindUsage, Message: err.Error(), Hint: "nothing was added", Err: err}
	}
	id := i.Info().ID
	if name != "" && name != id {
		return usage("the manifest's id is %q: change it there, --name is for URLs", id)
	}
	if err := a.free(ctx, svc, id); err != nil {
		return err
	}
	if copied {
		err = a.writeManifest(id, text)
	} else {
		err = a.remember(ctx, id, abs)
	}
	if err != nil {
		return err
	}
	return a.changed(ctx, svc, id, "added")
}

// free fails if a user's integration of that id is there already; a built-in one that has no connections may be replaced.
func (a *app) free(ctx context.Context, svc *connections.Service, id string) error {
	v, err := svc.Integration(ctx, id)
	switch {
	case notFound(err) || err == nil && v.Kind == integrations.KindBuiltIn && v.Connections == 0:
		return nil
	case err != nil:
		return err
	}
	if v.Kind == integrations.KindBuiltIn {
		return &connections.Error{
			Kind: connections.KindNameTaken, Message: fmt.Sprintf("connections of the built-in %s are kept: their tokens would go to other code", id),
			Hint: "choose another --name, or revoke or remove them first: authdeck list",
		}
	}
	return &connections.Error{
		Kind: connections.KindNameTaken, Message: fmt.Sprintf("there is an integration %q already, from %s", id, safetext.Line(v.Origin, 200)),
		Hint: "remove it first: authdeck integrations remove " + id + ", or choose another --name",
	}
}

func (a *app) writeManifest(id string, text []byte) error {
	dir := a.manifestDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of manifests: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, id+".yaml"), text, 0o600); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}
