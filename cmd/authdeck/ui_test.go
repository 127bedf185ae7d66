package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemoThreadInTheTerminal is the whole thread with the keyboard alone, on the built program.
func TestDemoThreadInTheTerminal(t *testing.T) {
	t.Parallel()
	e := start(t, 80, 24, nil, "demo", "--token-ttl", "12s", "--browser", "none")
	e.until(`A connection is a sign-in that is kept`, 10*time.Second)

	e.press("n")
	e.until(`Demo`, 5*time.Second)
	e.press("enter")
	e.until(`listening on 127\.0\.0\.1:\d+`, 5*time.Second)
	e.until(`waiting for the redirect`, 5*time.Second)
	e.press("b")
	e.until(`ada@example\.com`, 10*time.Second)
	e.until(`● ok`, 5*time.Second)

	first := e.until(`00:00:(\d\d)`, 5*time.Second)[1]
	later := first
	for later >= first { // the countdown falls
		later = e.until(`00:00:(\d\d)`, 5*time.Second)[1]
	}
	e.press("enter")
	e.until(`rotated 0x`, 5*time.Second)
	e.until(`rotated 1x`, 20*time.Second) // the keeper refreshes in time
	e.press("esc")
	e.until(`EXPIRES IN`, 5*time.Second)

	e.press("a")
	e.until(`Who am I`, 5*time.Second)
	e.press("enter")
	e.until(`enter runs it`, 5*time.Second) // Enter opens, it never runs at once
	e.press("enter")
	e.until(`200`, 5*time.Second)
	e.until(`email: "ada@example\.com"`, 5*time.Second)
	e.press("esc") // from the answer to the form, then to the list of actions
	e.until(`esc actions`, 5*time.Second)
	e.press("esc")
	e.until(`Add a note`, 5*time.Second)
	e.press("esc")

	e.until(`EXPIRES IN`, 5*time.Second)
	e.press("R")
	e.until(`(?i)revoke.*\?`, 5*time.Second)
	e.press("y")
	e.until(`inactive`, 10*time.Second)
	e.until(`⊘ revoked`, 5*time.Second)
	e.press("q")
	if code := e.exit(10 * time.Second); code != 0 {
		t.Errorf("q ended the program with code %d", code)
	}
	if out := e.output(); !strings.Contains(out, "\x1b[?1049l") {
		t.Error("the alternate screen was not left")
	}
}

// TestRestartKeepsEverything is step 8: a provider in another process, added by its issuer's URL; connect, quit, start again.
func TestRestartKeepsEverything(t *testing.T) {
	t.Parallel()
	issuer := serveDemo(t).Issuer
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + t.TempDir(), "XDG_CONFIG_HOME=" + t.TempDir()}
	verb(t, env, "store", "key-file", t.TempDir()+"/key")
	verb(t, env, "integrations", "add", issuer, "--name", "local")
	verb(t, env, "login", "local", "--name", "kept", "--browser", mustLook(t, "playbrowser"))

	e := start(t, 80, 24, env)
	e.until(`kept`, 10*time.Second)
	e.until(`● ok`, 5*time.Second)
	e.press("q")
	if code := e.exit(10 * time.Second); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	e = start(t, 120, 40, env)
	e.until(`kept`, 10*time.Second)
	e.until(`● ok`, 5*time.Second)
	e.press("ctrl+c")
	e.exit(10 * time.Second)
}

// TestTerminalIsRestored holds for every way the program ends.
func TestTerminalIsRestored(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*terminal){
		"q":       func(e *terminal) { e.press("q") },
		"ctrl+c":  func(e *terminal) { e.press("ctrl+c") },
		"SIGTERM": func(e *terminal) { _ = e.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(e *terminal) { _ = e.cmd.Process.Signal(syscall.SIGHUP) },
		"SIGQUIT": func(e *terminal) { _ = e.cmd.Process.Signal(syscall.SIGQUIT) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, 80, 24, nil, "demo", "--browser", "none")
			e.until(`A connection is`, 10*time.Second)
			end(e)
			e.exit(10 * time.Second)
			out := e.output()
			if on, off := strings.LastIndex(out, "\x1b[?1049h"), strings.LastIndex(out, "\x1b[?1049l"); off < on {
				t.Errorf("the alternate screen is still on; the output ends in %q", out[max(0, len(out)-200):])
			}
			if strings.LastIndex(out, "\x1b[?25h") < strings.LastIndex(out, "\x1b[?25l") {
				t.Error("the cursor is still hidden")
			}
		})
	}
}

// serveDemo runs `demo --serve` in a process of its own until the test ends, and returns the line that it prints.
func serveDemo(t testing.TB, args ...string) served {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"demo", "--serve"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	var s served
	if err := json.NewDecoder(out).Decode(&s); err != nil {
		t.Fatalf("read what demo --serve prints: %v", err)
	}
	return s
}

// verb runs the built program and wants exit code 0; it returns stdout.
func verb(t testing.TB, env []string, args ...string) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("authdeck %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func mustLook(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEightTokensOneRefresh: eight processes ask for a token of an expired connection; the server sees one refresh.
func TestEightTokensOneRefresh(t *testing.T) {
	t.Parallel()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := serveDemo(t, "--token-ttl", "2s")
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + t.TempDir(), "XDG_CONFIG_HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	verb(t, env, "store", "key-file", t.TempDir()+"/key")
	verb(t, env, "integrations", "add", s.Issuer, "--name", "local")
	verb(t, env, "login", "local", "--name", "shared", "--browser", mustLook(t, "playbrowser"))
	var c connectionJSON
	if err := json.Unmarshal([]byte(verb(t, env, "show", "shared", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	<-time.After(time.Until(*c.ExpiresAt)) // the server's clock is the machine's: the token has to end by itself

	type answer struct {
		token string
		err   error
	}
	answers := make(chan answer, 8)
	for range 8 {
		go func() {
			cmd := exec.Command(path, "token", "shared", "--min-valid", "0s")
			cmd.Env = env
			out, err := cmd.Output()
			answers <- answer{string(out), err}
		}()
	}
	tokens := map[string]int{}
	for range 8 {
		a := <-answers
		if a.err != nil {
			t.Fatal(a.err)
		}
		tokens[a.token]++
	}
	resp, err := http.Get(s.Stats)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var stats struct {
		TokenRequests map[string]int `json:"token_requests"`
		ReuseErrors   int            `json:"reuse_errors"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	if len(tokens) != 1 || stats.TokenRequests["refresh_token"] != 1 || stats.ReuseErrors != 0 {
		t.Errorf("%d different tokens, %d refreshes, %d reuse errors; want 1, 1, 0", len(tokens), stats.TokenRequests["refresh_token"], stats.ReuseErrors)
	}
}

// TestFirstStartOffersAKeyFile: on a terminal with no key source, one screen offers to make a key file; declining writes
// nothing and ends with exit code 6.
func TestFirstStartOffersAKeyFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  string
		made bool
	}{{"enter", true}, {"esc", false}} {
		t.Run(test.key, func(t *testing.T) {
			t.Parallel()
			data, config := filepath.Join(t.TempDir(), "data"), t.TempDir()
			env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + data, "XDG_CONFIG_HOME=" + config}
			e := start(t, 80, 24, env)
			e.until(`authdeck/key`, 10*time.Second)
			e.press(test.key)
			if test.made {
				e.until(`Make the first one`, 10*time.Second)
				e.press("q")
			}
			code := e.exit(10 * time.Second)
			info, err := os.Stat(filepath.Join(config, "authdeck", "key"))
			if made := err == nil; made != test.made {
				t.Errorf("key file made: %v, want %v", made, test.made)
			}
			if test.made && (code != 0 || info.Mode().Perm() != 0o600) {
				t.Errorf("exit code %d, mode %v", code, info.Mode())
			}
			if !test.made {
				if _, err := os.Stat(data); !os.IsNotExist(err) || code != 6 {
					t.Errorf("exit code %d, want 6; the data folder: %v", code, err)
				}
			}
		})
	}
}
