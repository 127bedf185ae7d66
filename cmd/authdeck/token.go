package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

func (a *app) tokenCmd() *cobra.Command {
	var minValid time.Duration
	var header bool
	cmd := &cobra.Command{
		Use: "token CONN", Short: "Prints a token that is valid for long enough, refreshing first if it must",
		Example: `  curl -H "$(authdeck token github-octocat --header)" https://api.github.com/user
  authdeck token google-work --min-valid 10m`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("min-valid") {
				minValid = -1
			} else if minValid < 0 {
				return usage("--min-valid takes a duration like 60s or 10m")
			}
			t, err := svc.Token(cmd.Context(), args[0], minValid)
			if err != nil {
				return err
			}
			if err := oneLine(t, args[0]); err != nil {
				return err
			}
			value := t.Value.Reveal()
			if t.Warning != "" {
				a.note("warning: %s", t.Warning)
			}
			if a.json {
				return a.printJSON(map[string]any{"access_token": value, "token_type": t.Type, "expires_at": instant(t.ExpiresAt)})
			}
			if header {
				a.printf("Authorization: %s %s\n", t.Type, value)
				return nil
			}
			a.printf("%s\n", value)
			return nil
		},
	}
	cmd.Flags().DurationVar(&minValid, "min-valid", 0, "valid for at least this long (default: 60s or a fifth of its lifetime, the lesser)")
	cmd.Flags().BoolVar(&header, "header", false, "print a whole Authorization header")
	return cmd
}

// oneLine refuses a token that would be more than one line where it goes: to whoever reads it, it would be a line of its own.
func oneLine(t connections.Token, conn string) error {
	if !strings.ContainsAny(t.Value.Reveal()+t.Type, "\r\n\x00") {
		return nil
	}
	return &connections.Error{
		Kind: connections.KindFailed, Message: "the token holds a line break or NUL: it is not handed out",
		Hint: "the provider gave it so; `authdeck show " + safetext.Line(conn, 60) + "` tells which",
	}
}
