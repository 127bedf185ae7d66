package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"authdeck/browser"
	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/integrations/manifest"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// app is one run of the program: its streams, its flags, and what it opened.
type app struct {
	in       *os.File
	out      *results
	terminal io.Writer // what out writes to
	err      io.Writer
	getenv   func(string) string
	clock    clock.Clock
	unharden func() // before another program takes the process over; nil if nothing was hardened

	dataDir              string
	json, verbose, quiet bool
	browser              string
	ascii, reduceMotion  bool

	log     *slog.Logger
	started bool // a verb's work began: errors before that are wrong usage
	store   store.Store
	svc     *connections.Service
	reg     *integrations.Registry
	host    *flowrunner.Host // made when it is first wanted
}

func newApp(in *os.File, out, err io.Writer, getenv func(string) string) *app {
	return &app{in: in, out: &results{w: out}, terminal: out, err: err, getenv: getenv, clock: clock.System(), log: slog.New(slog.DiscardHandler)}
}

// execute runs the verb that args name and returns the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.rootCmd()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if a.svc != nil {
		err = errors.Join(err, a.svc.Close())
	}
	if a.host != nil {
		a.host.Close()
	}
	if err == nil {
		err = a.written()
	}
	if err == nil {
		return 0
	}
	if !a.started {
		err = asUsage(cmd, err)
	}
	return report(a.err, err, a.json)
}

// setUp makes the logger once the flags are known.
func (a *app) setUp() {
	a.started = true
	level := slog.LevelWarn
	switch {
	case a.quiet:
		level = slog.LevelError
	case a.verbose:
		level = slog.LevelDebug
	}
	a.log = slog.New(secret.NewHandler(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level})))
}

// caller makes the client for protocol calls; with -v each exchange goes to stderr, redacted.
func (a *app) caller() *oauthflow.Caller {
	c := &oauthflow.Caller{HTTP: oauthflow.NewHTTPClient(), Clock: a.clock, Log: a.log}
	if a.verbose { // the exchanges themselves are shown: the log need not repeat them
		c.Log, c.Observe = nil, a.showExchange
	}
	return c
}

// registry lists what can be connected in this data folder.
func (a *app) registry(c *oauthflow.Caller, extra ...integrations.Source) *integrations.Registry {
	return integrations.NewRegistry(append(
		extra,
		manifest.BuiltIn(c),
		manifest.Folder(c, a.manifestDir(), a.links, a.flowrunnerHost().Code),
		flowrunner.Services(a.flowrunnerHost(), a.serviceRoots),
	)...)
}

// service opens the store and returns the one Service of this run; it fails with exit 6 where there is no key.
func (a *app) service(ctx context.Context) (*connections.Service, error) {
	if a.svc != nil {
		return a.svc, nil
	}
	st, err := a.openStore(ctx)
	if err != nil {
		return nil, err
	}
	a.useStore(st)
	return a.svc, nil
}

func (a *app) useStore(st store.Store, extra ...integrations.Source) {
	a.store, a.reg = st, a.registry(a.caller(), extra...)
	a.svc = connections.New(connections.Options{
		Store: st, Registry: a.reg, Clock: a.clock, Rand: rand.Reader,
		Browser: browser.New(browser.Host()), Log: a.log, Asking: askingProgram,
	})
}

// interactive reports whether a person sits at both ends.
func (a *app) interactive() bool {
	out, ok := a.terminal.(*os.File)
	return ok && term.IsTerminal(int(out.Fd())) && term.IsTerminal(int(a.in.Fd())) && a.getenv("TERM") != "dumb"
}

// colour reports whether colour is wanted: NO_COLOR with any non-empty value means no.
func (a *app) colour() bool { return a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb" }
