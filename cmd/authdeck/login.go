package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"authdeck/browser"
	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
)

func (a *app) loginCmd() *cobra.Command {
	var r connections.LoginRequest
	cmd := &cobra.Command{
		Use: "login INTEGRATION|CONN", Short: "Signs in through the browser and keeps the connection; given a connection, signs it in again",
		Long: `Signs in: listens on loopback, opens the browser, waits for the redirect, and keeps the tokens sealed.

While it waits, the address that the browser ended on may be pasted on stdin: over ssh, in a container, or
with --browser none. Nothing is overwritten: a name that another account has is an error.`,
		Example: `  authdeck login github
  authdeck login google --name google-work --account ada@example.com
  authdeck login google-work                 sign in again, in place
  authdeck login gitlab --browser none       print the address and wait`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeBoth,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			if r, err = target(cmd.Context(), svc, args[0], r); err != nil {
				return err
			}
			return a.login(cmd.Context(), svc, r)
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.Name, "name", "", "name of the new connection")
	f.StringVar(&r.Flow, "flow", "auto", "auto, browser or paste (device and client-credentials are not built yet)")
	f.StringVar(&r.Account, "account", "", "account to sign in with, sent as login_hint")
	f.StringVar(&r.Browser, "browser", "", `a command that gets the address as its one argument, or "none"`)
	f.IntVar(&r.Port, "port", 0, "port of the callback server")
	f.StringArrayVar(&r.Scopes, "scope", nil, "scope to ask for instead of the integration's default; may be given again")
	f.DurationVar(&r.Timeout, "timeout", 5*time.Minute, "how long to wait for the browser")
	return cmd
}

// target decides whether ref names an integration or a connection; an integration counts first.
func target(ctx context.Context, svc *connections.Service, ref string, r connections.LoginRequest) (connections.LoginRequest, error) {
	if _, err := svc.Integration(ctx, ref); err == nil {
		r.Integration = ref
		return r, nil
	} else if !notFound(err) {
		return r, err
	}
	if _, err := svc.Show(ctx, ref); err == nil {
		r.Connection = ref
		return r, nil
	} else if !notFound(err) {
		return r, err
	}
	return r, &connections.Error{
		Kind: connections.KindNotFound, Message: "there is no integration and no connection " + safetext.Line(ref, 60),
		Hint: "`authdeck integrations list` and `authdeck list` name what there is",
	}
}

func notFound(err error) bool {
	var e *connections.Error
	return errors.As(err, &e) && e.Kind == connections.KindNotFound || errors.Is(err, integrations.ErrNotFound)
}

func (a *app) login(ctx context.Context, svc *connections.Service, r connections.LoginRequest) error {
	l, err := svc.Login(ctx, r)
	if err != nil {
		return err
	}
	defer l.Cancel()
	for _, w := range l.Warnings() {
		a.note("warning: %s", w)
	}
	if a.json {
		if err := a.printLine(map[string]string{"event": "authorize", "url": l.URL(), "redirect_uri": l.RedirectURI()}); err != nil {
			return err
		}
	}
	a.note("listening on %s", l.RedirectURI())
	a.sendToBrowser(ctx, l)
	stop := a.readPaste(l)
	d, err := l.Wait(ctx)
	stop()
	if err != nil {
		return err
	}
	for _, w := range d.Warnings {
		a.note("warning: %s", w)
	}
	if a.json {
		return a.printLine(map[string]any{"event": "connected", "connection": toJSON(d, false)})
	}
	a.printf("%s\n", safetext.Line(d.Name, 0))
	a.note("connected as %s; the token expires %s", safetext.Line(d.Identity, 80), remaining(d.Lifetime, d.ExpiresAt, a.clock.Wall()))
	return nil
}

func (a *app) sendToBrowser(ctx context.Context, l *connections.Login) {
	err := l.OpenBrowser(ctx)
	if err == nil {
		a.note("the browser was opened; not there? open this address yourself:")
		a.note("%s", l.URL())
		return
	}
	why, ssh := l.Headless()
	if !errors.Is(err, browser.ErrHeadless) {
		why = safetext.Line(err.Error(), 200)
	}
	if why != "" {
		a.note("no browser was opened: %s", why)
	}
	a.note("open this address:")
	a.note("%s", l.URL())
	if ssh != "" {
		a.note("from your own machine, first: %s", ssh)
	}
	a.note("or paste the address that the browser ended on here, and press enter")
}
