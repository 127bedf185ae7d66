package main

import (
	"errors"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

func (a *app) rootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "authdeck",
		Short: "Where your OAuth2 connections live",
		Long: `authdeck keeps OAuth2 connections: it signs in through the system browser, keeps the tokens
sealed on disk, refreshes them before they expire, and runs actions with them.

Without a verb it opens the terminal UI. Every verb below is plain text, made for scripts too.`,
		Example: `  authdeck demo                      try everything, no account and no network needed
  authdeck login github              sign in through the browser
  authdeck token github-octocat      a token that is valid now, on stdout
  authdeck list --json | jq '.[].name'`,
		Args:              cobra.NoArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { a.setUp(); return nil },
		RunE:              func(cmd *cobra.Command, _ []string) error { return a.openUI(cmd.Context()) },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	f := root.PersistentFlags()
	f.StringVar(&a.dataDir, "data-dir", "", "folder where everything lives (or AUTHDECK_DATA_DIR)")
	f.BoolVar(&a.json, "json", false, "print results, and errors on stderr, as JSON")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "show each HTTP exchange on stderr, secrets masked")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "say nothing but errors on stderr")
	a.uiFlags(root)
	root.AddCommand(
		a.demoCmd(), a.integrationsCmd(), a.loginCmd(), a.listCmd(), a.showCmd(), a.tokenCmd(), a.refreshCmd(),
		a.revokeCmd(), a.removeCmd(), a.renameCmd(), a.inspectCmd(), a.actionsCmd(), a.runCmd(), a.watchCmd(),
		a.historyCmd(), a.storeCmd(),
	)
	root.AddCommand(notBuiltCmds()...)
	return root
}

// uiFlags are the flags of the verbs that open the terminal UI.
func (a *app) uiFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&a.browser, "browser", "", `browser for sign-ins: a command, or "none"`)
	f.BoolVar(&a.ascii, "ascii", false, "draw with ASCII characters only")
	f.BoolVar(&a.reduceMotion, "reduce-motion", false, "minutes as text instead of moving bars")
}

// asUsage makes a wrong call out of what the flag parser says.
func asUsage(err error) error {
	var e *connections.Error
	if errors.As(err, &e) {
		return err
	}
	return usage("%s", err)
}

// later are the verbs of the contract that are still to come; each says so and exits 2.
var later = []struct{ use, short string }{
	{"exec CONN -- CMD", "runs CMD with the token in its environment"},
	{"request CONN METHOD URL", "one HTTP call with the connection's token"},
	{"export FILE", "an encrypted backup"},
	{"import FILE", "reads an encrypted backup"},
	{"doctor [NAME]", "checks the machine or one integration"},
}

func notBuiltCmds() []*cobra.Command {
	cmds := make([]*cobra.Command, 0, len(later))
	for _, l := range later {
		cmds = append(cmds, notBuiltCmd(l.use, l.short))
	}
	return cmds
}

func notBuiltCmd(use, short string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short + " (not built yet)", Hidden: true, DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return notBuilt(cmd.CommandPath()) },
	}
}
