package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"authdeck/integrations/demo"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/tui"
)

// demoFlags of `authdeck demo`.
type demoFlags struct {
	ttl         time.Duration
	connections int
	serve       bool
	autoApprove bool
	port        int
	manifest    string
}

func (a *app) demoCmd() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use: "demo", Short: "Everything over a throwaway store and a provider inside this program: no account, no network",
		Long: `Opens the terminal UI over a throwaway store and an authorization server that runs inside this program, on
loopback. Nothing is kept. Without a terminal it plays the whole thread by itself and says what it saw.`,
		Example: `  authdeck demo
  authdeck demo | cat                       plays by itself: login, action, refresh, revoke
  authdeck demo --serve --auto-approve      only the server; curl -L can be its browser
  authdeck demo --serve --manifest demo.yaml   and its integration for the other verbs`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			switch {
			case f.serve:
				return a.serveDemo(ctx, f)
			case !a.interactive() || a.json:
				if !cmd.Flags().Changed("token-ttl") {
					f.ttl = 3 * time.Second
				}
				return a.playDemo(ctx, f)
			default:
				return a.demoUI(ctx, f)
			}
		},
	}
	a.uiFlags(cmd)
	fl := cmd.Flags()
	fl.DurationVar(&f.ttl, "token-ttl", 90*time.Second, "lifetime of access tokens (3s when it plays by itself)")
	fl.IntVar(&f.connections, "connections", 0, "fill the throwaway store with this many made-up connections")
	fl.BoolVar(&f.serve, "serve", false, "run only the authorization server until interrupted")
	fl.BoolVar(&f.autoApprove, "auto-approve", false, "with --serve: sign in and consent by itself")
	fl.IntVar(&f.port, "port", 0, "with --serve: port of the server")
	fl.StringVar(&f.manifest, "manifest", "", "with --serve: write the demo's integration to this file, for integrations add")
	_ = cmd.MarkFlagFilename("manifest")
	return cmd
}

// demoDeck is a throwaway store, the server, and the service over both. Close it.
type demoDeck struct {
	app    *app
	server *demo.Server
	dir    string
	store  *store.Bolt
}

// openDemo makes the throwaway store, its key in memory only, and starts the server.
func (a *app) openDemo(ctx context.Context, f demoFlags) (*demoDeck, error) {
	dir, err := os.MkdirTemp("", "authdeck-demo-")
	if err != nil {
		return nil, fmt.Errorf("make the throwaway store: %w", err)
	}
	d := &demoDeck{app: a, dir: dir}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		_ = d.close()
		return nil, fmt.Errorf("make the throwaway key: %w", err)
	}
	if d.store, err = store.Open(ctx, dir, store.Options{
		Keys: []store.KeySource{store.MemoryKey(key)}, Clock: a.clock, Rand: rand.Reader, Create: true,
	}); err != nil {
		_ = d.close()
		return nil, err
	}
	if d.server, err = demo.Start(ctx, demo.Options{TokenTTL: f.ttl}); err != nil {
		_ = d.close()
		return nil, err
	}
	a.dataDir = dir
	a.useStore(d.store, d.server.Source(a.caller()))
	if f.connections > 0 {
		err = fillStore(ctx, d.store, f.connections, a.clock.Wall())
	}
	if err != nil {
		_ = d.close()
		return nil, err
	}
	return d, nil
}

// close ends the service first: what a refresh brings at the last moment has a store until then.
func (d *demoDeck) close() error {
	var err error
	if d.app.svc != nil {
		err = d.app.svc.Close()
		d.app.svc = nil
	}
	if d.server != nil {
		_ = d.server.Close()
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}

func (a *app) demoUI(ctx context.Context, f demoFlags) error {
	d, err := a.openDemo(ctx, f)
	if err != nil {
		return err
	}
	err = a.runUI(ctx, tui.Options{
		StoreLine: "a throwaway store, its key in memory only: gone when you quit",
		Play: func(ctx context.Context, authorizeURL string) error {
			_, err := demo.PlayBrowser(ctx, authorizeURL, playedAccount(authorizeURL))
			return err
		},
	}, a.svc)
	return errors.Join(err, d.close())
}

// playedAccount is who the played browser signs in as: whoever is asked for, else ada.
func playedAccount(authorizeURL string) string {
	if u, err := url.Parse(authorizeURL); err == nil && u.Query().Get("login_hint") != "" {
		return u.Query().Get("login_hint")
	}
	return "ada@example.com"
}

// served is the line that `demo --serve` prints.
type served struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
	API      string `json:"api"`
	Stats    string `json:"stats"`
}

func (a *app) serveDemo(ctx context.Context, f demoFlags) error {
	s, err := demo.Start(ctx, demo.Options{TokenTTL: f.ttl, AutoApprove: f.autoApprove, Port: f.port})
	if err != nil {
		return err
	}
	add := s.Issuer() + " --name demo"
	if f.manifest != "" {
		if err := writeManifest(f.manifest, s.Manifest()); err != nil {
			return errors.Join(err, s.Close())
		}
		add = f.manifest
	}
	if err := a.printLine(served{Issuer: s.Issuer(), ClientID: demo.ClientID, API: s.API(), Stats: s.StatsURL()}); err != nil {
		return err
	}
	a.note("serving until interrupted; in another terminal: authdeck integrations add %s && authdeck login demo", safetext.Line(add, 300))
	<-ctx.Done()
	return s.Close()
}
