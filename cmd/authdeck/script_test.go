package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"authdeck/integrations/demo"
	"authdeck/integrations/flowrunner/worker"
	"authdeck/internal/testserver"
)

func TestMain(m *testing.M) {
	// Most tests here wait: for a token to end, for a program to start, for a backoff. Two at a time, as two processors would
	// have it, waste that.
	if len(os.Args) == 2 && os.Args[1] == worker.Arg {
		os.Exit(worker.Main()) // the tests' program is the product's, and its own worker
	}
	testing.Init()
	if err := flag.Set("test.parallel", "7"); err != nil {
		panic(err)
	}
	testscript.Main(tests{m}, map[string]func(){
		"authdeck":    main,
		"panicdeck":   panicMain,
		"playbrowser": browserMain(playDemo),
		"playoidc":    browserMain(playOIDCProvider),
	})
}

// browserMain is a browser as `--browser CMD` starts one: the address is its one argument.
func browserMain(play func(context.Context, string) error) func() {
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if len(os.Args) != 2 {
			_, _ = fmt.Fprintln(os.Stderr, "want one argument, got", len(os.Args)-1)
			os.Exit(2)
		}
		if err := play(ctx, os.Args[1]); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// playDemo signs in as PLAY_ACCOUNT.
func playDemo(ctx context.Context, address string) error {
	account := os.Getenv("PLAY_ACCOUNT")
	if account == "" {
		account = "ada@example.com"
	}
	_, err := demo.PlayBrowser(ctx, address, account)
	return err
}

func playOIDCProvider(ctx context.Context, address string) error {
	_, err := testserver.PlayOIDCProvider(ctx, address)
	return err
}

// noKeyring keeps a child away from the keyring of whoever runs the tests.
const noKeyring = "DBUS_SESSION_BUS_ADDRESS=disabled:"

// TestScripts runs the verbs as a user's script does: testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("AUTHDECK_DATA_DIR", e.WorkDir+"/data")
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			name, value, _ := strings.Cut(noKeyring, "=")
			e.Setenv(name, value)
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"provider": provider,
			"has":      has,
			"damage":   damage,
			"edit":     edit,
			"freeport": freePort,
			"rough":    roughAPI,
			"fetch":    fetch,
		},
	})
}

// exits CODE CMD…: runs a program and wants this exit code; stdout and stderr can be looked at as after exec.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE CMD ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("run %s: %v", args[1], err)
	}
	if got != want {
		ts.Fatalf("%s exited %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// provider [TTL]: starts the demo's authorization server; ISSUER, API and STATS name it. "provider stop" ends it.
func provider(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! provider")
	}
	ttl := time.Minute
	if len(args) == 1 {
		d, err := time.ParseDuration(args[0])
		ts.Check(err)
		ttl = d
	}
	s, err := demo.Start(context.Background(), demo.Options{TokenTTL: ttl})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	ts.Setenv("ISSUER", s.Issuer())
	ts.Setenv("API", s.API())
	ts.Setenv("STATS", s.StatsURL())
	manifest := ts.MkAbs("demo.yaml")
	ts.Check(os.WriteFile(manifest, s.Manifest(), 0o600))
}

// damage FILE: writes noise over every page of a file but the first two, and keeps its size.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage FILE")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_RDWR, 0)
	ts.Check(err)
	defer func() { ts.Check(f.Close()) }()
	info, err := f.Stat()
	ts.Check(err)
	noise := bytes.Repeat([]byte{0xa5}, int(info.Size())-2*4096)
	_, err = f.WriteAt(noise, 2*4096)
	ts.Check(err)
}

// freeport: PORT is one that nobody listens on, for integrations whose redirect address has a fixed one: scripts run beside
// each other.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: freeport")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(errors.Join(err, l.Close()))
	ts.Setenv("PORT", port)
}

// edit FILE OLD NEW: puts NEW in the place of OLD, which must stand in the file.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

// has FILE… : wants that none of the files holds the value of the environment variable SENTINEL ("! has"), or that one does.
func has(ts *testscript.TestScript, neg bool, args []string) {
	sentinel := strings.TrimSpace(ts.Getenv("SENTINEL"))
	if sentinel == "" {
		ts.Fatalf("SENTINEL is not set")
	}
	found := false
	for _, f := range args {
		found = found || strings.Contains(ts.ReadFile(f), sentinel)
	}
	if found == neg {
		ts.Fatalf("found is %v", found)
	}
}
