package main

import (
	"context"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/integrations/flowrunner/rehearse"
	"authdeck/internal/safetext"
)

func (a *app) integrationsRehearseCmd() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "rehearse NAME|FOLDER", Short: "Plays a FlowRunner service's three operations without any network",
		Long: `Plays sign-in and refresh of a FlowRunner service against a provider inside this program, in seven situations:
plain, rotating, no refresh token, expired, a 500, invalid_grant, slow. Nothing leaves this machine, nothing is kept.
Config items that are not set get made-up values. Exit 1 if a fault of the service showed. The provider answers in many
spellings, so that it serves services that it does not know: a member that yours misspells may be there.`,
		Example: "  authdeck integrations rehearse acme\n  authdeck integrations rehearse ./acme --json | jq '.situations[].faults'",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeIntegrations,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			s, cfg, err := a.rehearsed(ctx, args[0])
			if err != nil {
				return err
			}
			if s.Info().NoSignIn {
				return usage("%s needs no sign-in: there is nothing to rehearse", s.Info().ID)
			}
			a.flowrunnerHost().KeepReady(true)
			r, err := rehearse.Rehearse(ctx, s, rehearse.Options{Config: cfg, Clock: a.clock})
			if err != nil {
				return err
			}
			if a.json {
				err = a.printJSON(r)
			} else {
				a.showRehearsal(r, all)
			}
			if n := r.Faults(); err == nil && n > 0 {
				return &connections.Error{
					Kind: connections.KindFailed, Message: "faults of the service: " + strconv.Itoa(n),
					Hint: "--requests shows each request, and what the service printed",
				}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "requests", false, "show each request, and what the service printed")
	return cmd
}

// rehearsed finds the service: one that was added, with its config items, or that in a folder.
func (a *app) rehearsed(ctx context.Context, ref string) (*flowrunner.Service, integrations.Config, error) {
	if info, err := os.Stat(ref); err == nil && info.IsDir() && !validID.MatchString(ref) {
		s, err := a.flowrunnerHost().Open(ctx, ref)
		if err != nil {
			return nil, nil, &connections.Error{
				Kind: connections.KindUsage, Message: safetext.Line(err.Error(), 300), Hint: "`authdeck integrations lint` says more", Err: err,
			}
		}
		return s, nil, nil
	}
	svc, v, err := a.integration(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	if v.Broken != "" {
		return nil, nil, &connections.Error{Kind: connections.KindConfiguration, Message: v.Broken, Hint: "`authdeck integrations lint` says more"}
	}
	i, err := a.reg.Find(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	s, ok := i.(*flowrunner.Service)
	if !ok {
		return nil, nil, usage("%s is no FlowRunner service: only those are rehearsed", v.ID)
	}
	cfg, err := svc.Config(ctx, ref)
	return s, cfg, err
}

func (a *app) showRehearsal(r rehearse.Report, all bool) {
	if r.Address.URL == "" {
		a.printf("connection URL: none; %s\n\n", safetext.Line(r.Address.Reason, 0))
	} else {
		a.printf("connection URL: %s\n\n", safetext.Line(r.Address.URL, 0))
	}
	table := r.Table()
	a.table(table)
	for i, s := range r.Situations {
		for _, f := range s.Faults {
			a.printf("\nfault, %s: %s\n", table[i+1][0], safetext.Line(f, 0))
		}
	}
	for i, s := range r.Situations {
		for _, line := range s.Notes() {
			a.printf("\n%s: %s\n", table[i+1][0], safetext.Line(line, 0))
		}
	}
	if all {
		for _, s := range r.Situations {
			a.printf("\n%s\n", strings.ReplaceAll(string(s.Situation), "_", " "))
			for _, q := range s.Requests {
				a.printf("  %s: %s %s%s → %d\n", q.Operation, q.Method, safetext.Line(q.Host, 0), safetext.Line(q.Path, 0), q.Status)
			}
			for _, l := range s.Console {
				a.printf("  %s printed %s\n", l.Operation, safetext.Line(l.Text, 0))
			}
		}
	}
	if len(r.MadeUp) > 0 {
		a.note("made up: %s", strings.Join(r.MadeUp, ", "))
	}
}
