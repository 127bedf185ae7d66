package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

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
		Args:              noVerb,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { a.setUp(); return nil },
		RunE:              func(cmd *cobra.Command, _ []string) error { return a.openUI(cmd.Context()) },
	}
	root.SuggestionsMinimumDistance = 2
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
		a.revokeCmd(), a.removeCmd(), a.renameCmd(), a.inspectCmd(), a.actionsCmd(), a.runCmd(), a.requestCmd(), a.execCmd(), a.watchCmd(),
		a.historyCmd(), a.exportCmd(), a.importCmd(), a.storeCmd(), a.manCmd(),
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

// asUsage makes a wrong call out of what the flag parser says, with the right call as the hint.
func asUsage(cmd *cobra.Command, err error) error {
	var e *connections.Error
	if errors.As(err, &e) {
		return err
	}
	message := err.Error()
	if strings.HasPrefix(message, "accepts ") || strings.HasPrefix(message, "requires ") {
		message = "wrong number of arguments"
	}
	return &connections.Error{Kind: connections.KindUsage, Message: message, Hint: "usage: " + cmd.UseLine()}
}

// noVerb refuses a word that is no verb, and names the nearest.
func noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "authdeck --help lists the verbs"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return &connections.Error{Kind: connections.KindUsage, Message: fmt.Sprintf("there is no verb %q", args[0]), Hint: hint}
}

// version is what --version prints: the module's version and commit as the build recorded them.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}

// later are the verbs of the contract that are still to come; each says so and exits 2.
var later = []struct{ use, short string }{
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
