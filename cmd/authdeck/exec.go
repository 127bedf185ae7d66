package main

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

func (a *app) execCmd() *cobra.Command {
	var name string
	var minValid time.Duration
	cmd := &cobra.Command{
		Use: "exec CONN -- CMD…", Short: "Runs a command with the token in its environment",
		Long: `Runs a command with a token that is valid for long enough in its environment, refreshing first if it must. The token is in no
argument. AUTHDECK_TOKEN_EXPIRES_AT has the token's end (RFC 3339) where that is known; the command keeps the token it
got, however long it runs.

The exit code is the command's. Signals go to it.`,
		Example: `  authdeck exec github-octocat --env GITHUB_TOKEN -- gh repo list
  authdeck exec google-work --min-valid 30m -- ./sync.sh`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 || cmd.ArgsLenAtDash() != 1 {
				return usage("exec wants a connection, -- and a command")
			}
			return nil
		},
		ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("min-valid") {
				minValid = -1
			} else if minValid < 0 {
				return usage("--min-valid takes a duration like 60s or 10m")
			}
			if !isVariable(name) {
				return usage("--env takes the name of a variable, like GITHUB_TOKEN")
			}
			path, err := exec.LookPath(args[1])
			if err != nil {
				return usage("%s cannot be run: %s", safetext.Line(args[1], 100), safetext.Line(errors.Unwrap(err).Error(), 100))
			}
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			t, err := svc.Token(cmd.Context(), args[0], minValid)
			if err != nil {
				return err
			}
			if err := oneLine(t, args[0]); err != nil {
				return err
			}
			if t.Warning != "" {
				a.note("warning: %s", t.Warning)
			}
			return a.become(cmd.Context(), path, args[1:], tokenEnv(os.Environ(), name, t))
		},
	}
	cmd.Flags().StringVar(&name, "env", "ACCESS_TOKEN", "the variable that gets the token")
	cmd.Flags().DurationVar(&minValid, "min-valid", 0, "valid for at least this long (default: 60s or a fifth of its lifetime, the lesser)")
	return cmd
}

// variableExpires has the token's end.
const variableExpires = "AUTHDECK_TOKEN_EXPIRES_AT"

// tokenEnv is env with the token in it; what stood under its names before is gone.
func tokenEnv(env []string, name string, t connections.Token) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(e string) bool {
		return strings.HasPrefix(e, name+"=") || strings.HasPrefix(e, variableExpires+"=")
	})
	env = append(env, name+"="+t.Value.Reveal())
	if !t.ExpiresAt.IsZero() {
		env = append(env, variableExpires+"="+t.ExpiresAt.UTC().Format(time.RFC3339))
	}
	return env
}

func isVariable(name string) bool {
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && name != variableExpires
}

// closeAll lets go of the store before another program takes the process over.
func (a *app) closeAll() error {
	var err error
	if a.svc != nil {
		err = a.svc.Close()
		a.svc = nil
	}
	if a.host != nil {
		a.host.Close()
		a.host = nil
	}
	return err
}
