package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
)

func (a *app) integrationsSetCmd() *cobra.Command {
	var fromStdin string
	var files []string
	cmd := &cobra.Command{
		Use: "set NAME [key=value…]", Short: "Sets config items: client id, host, …; secrets only by prompt, --stdin or --file",
		Long: `Sets config items of an integration. Secrets are never taken from the command line: at a terminal the ones
that are missing are asked for, else --stdin KEY reads one from standard input and --file KEY=PATH from a file.
An empty value (key=) removes an item.`,
		Example: `  authdeck integrations set github client_id=Iv1.0123456789abcdef
  pass github/secret | authdeck integrations set github --stdin client_secret`,
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: a.completeIntegrations,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			svc, v, err := a.integration(ctx, args[0])
			if err != nil {
				return err
			}
			items, err := a.items(v, args[1:], fromStdin, files)
			if err != nil {
				return err
			}
			cfg, err := svc.Config(ctx, args[0])
			if err != nil {
				return err
			}
			if err := a.askSecrets(v, cfg, items); err != nil {
				return err
			}
			if len(items) == 0 {
				return usage("nothing to set")
			}
			if err := svc.SetConfig(ctx, args[0], items); err != nil {
				return err
			}
			return a.changed(ctx, svc, args[0], "set")
		},
	}
	cmd.Flags().StringVar(&fromStdin, "stdin", "", "config item that is read from standard input")
	cmd.Flags().StringArrayVar(&files, "file", nil, "KEY=PATH: config item that is read from a file")
	return cmd
}

// secretInput reports whether a config item is never shown and never taken from the command line.
func secretInput(info integrations.Info, name string) bool {
	for _, in := range info.Inputs {
		if in.Name == name {
			return in.Secret
		}
	}
	return name == "client_secret"
}

// items reads key=value pairs, --stdin and --file; a secret as key=value is refused.
func (a *app) items(v connections.IntegrationView, pairs []string, fromStdin string, files []string) (integrations.Config, error) {
	items := integrations.Config{}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, usage("config items are key=value, got %q", name)
		}
		if secretInput(v.Info, name) && value != "" {
			return nil, usage("%s is a secret: a command line is seen by others; use --stdin %s, or leave it out to be asked", name, name)
		}
		items[name] = secret.New(value)
	}
	if fromStdin != "" {
		text, err := io.ReadAll(io.LimitReader(a.in, 64<<10))
		if err != nil {
			return nil, fmt.Errorf("read %s from stdin: %w", fromStdin, err)
		}
		items[fromStdin] = secret.New(strings.TrimRight(string(text), "\r\n"))
	}
	for _, f := range files {
		name, path, ok := strings.Cut(f, "=")
		if !ok {
			return nil, usage("--file wants KEY=PATH, got %q", f)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, usage("--file: %s", err)
		}
		items[name] = secret.New(strings.TrimRight(string(text), "\r\n"))
	}
	return items, nil
}

// askSecrets asks at a terminal for what is required and neither kept nor given, without echo.
func (a *app) askSecrets(v connections.IntegrationView, kept, given integrations.Config) error {
	if a.json || !term.IsTerminal(int(a.in.Fd())) {
		return nil
	}
	for _, in := range v.Inputs {
		_, isKept := kept[in.Name]
		_, isGiven := given[in.Name]
		if !in.Required || isKept || isGiven || in.Default != "" {
			continue
		}
		_, _ = fmt.Fprintf(a.err, "%s: ", in.Label)
		value, err := a.ask(in.Secret)
		if err != nil {
			return fmt.Errorf("read %s: %w", in.Label, err)
		}
		if value != "" {
			given[in.Name] = secret.New(value)
		}
	}
	return nil
}

func (a *app) ask(hidden bool) (string, error) {
	if hidden {
		b, err := term.ReadPassword(int(a.in.Fd()))
		_, _ = fmt.Fprintln(a.err)
		return strings.TrimSpace(string(b)), err
	}
	line, err := bufio.NewReader(a.in).ReadString('\n')
	return strings.TrimSpace(line), err
}
