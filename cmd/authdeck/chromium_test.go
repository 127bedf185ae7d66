package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"authdeck/internal/testserver/chromium"
)

// TestLoginInChromium signs in on the real pages in a real browser: the person's clicks, then authdeck's own page at an
// address that holds no code.
func TestLoginInChromium(t *testing.T) {
	t.Parallel()
	browser := chromium.Allocator(t)
	env := connectable(t, serveDemo(t).Issuer)
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	login := exec.Command(path, "login", "local", "--name", "real", "--browser", "none", "--json")
	login.Env = env
	out, err := login.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := login.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	authorize := nextEvent(t, lines, "authorize")

	ctx, cancel := chromedp.NewContext(browser)
	defer cancel()
	ctx, cancelTime := context.WithTimeout(ctx, 40*time.Second)
	defer cancelTime()
	var address, text string
	if err := chromedp.Do(ctx,
		chromedp.Navigate(authorize["url"].(string)),
		chromedp.Click(`button[value="ada@example.com"]`),
		chromedp.Click(`button[value="allow"]`),
		chromedp.WaitVisible(`.mark.good`),
	); err != nil {
		t.Fatalf("sign in in the browser: %v", err)
	}
	if address, err = chromedp.Run(ctx, chromedp.Location()); err != nil {
		t.Fatal(err)
	}
	if text, err = chromedp.Run(ctx, chromedp.Text("main")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "Connected, you can close this tab") {
		t.Errorf("the last page says %q", text)
	}
	final, err := url.Parse(address)
	if err != nil || final.RawQuery != "" || final.Fragment != "" || strings.Contains(address, "code") {
		t.Errorf("the browser ended on %s", address)
	}
	connected := nextEvent(t, lines, "connected")
	if c, ok := connected["connection"].(map[string]any); !ok || c["identity"] != "ada@example.com" || c["state"] != "ok" {
		t.Errorf("connected: %v", connected)
	}
	if err := login.Wait(); err != nil {
		t.Errorf("login: %v", err)
	}
}

// TestBrowserCommandStartsChromium is a login as a user has it: --browser names a script, the script starts a browser.
func TestBrowserCommandStartsChromium(t *testing.T) {
	t.Parallel()
	program := chromium.Path(t)
	dir := t.TempDir()
	script := filepath.Join(dir, "browse")
	dom, ended := filepath.Join(dir, "dom"), filepath.Join(dir, "ended")
	line := fmt.Sprintf("#!/bin/sh\n%s %s --dump-dom \"$1\" >%s 2>/dev/null\ntouch %s\n",
		program, strings.Join(chromium.Args(filepath.Join(dir, "profile")), " "), dom, ended)
	if err := os.WriteFile(script, []byte(line), 0o700); err != nil { //nolint:gosec // a program has to be executable
		t.Fatal(err)
	}
	env := connectable(t, serveDemo(t, "--auto-approve").Issuer)
	verb(t, env, "login", "local", "--name", "scripted", "--browser", script, "--timeout", "60s")
	var c connectionJSON
	if err := json.Unmarshal([]byte(verb(t, env, "show", "scripted", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if c.Identity != "ada@example.com" || c.State != "ok" {
		t.Errorf("%s is %s", c.Identity, c.State)
	}
	eventually(t, 20*time.Second, "the browser to end", func() bool {
		_, err := os.Stat(ended)
		return err == nil
	})
	page, err := os.ReadFile(dom)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "Connected, you can close this tab") {
		t.Errorf("the browser's last page is not the one of a login that worked:\n%s", page)
	}
}

// connectable makes a store with a key file and adds the issuer as "local".
func connectable(t *testing.T, issuer string) []string {
	t.Helper()
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + t.TempDir(), "XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	verb(t, env, "store", "key-file", filepath.Join(t.TempDir(), "key"))
	verb(t, env, "integrations", "add", issuer, "--name", "local")
	return env
}

// nextEvent reads lines of `login --json` until one of this event.
func nextEvent(t *testing.T, lines *bufio.Scanner, event string) map[string]any {
	t.Helper()
	for lines.Scan() {
		var e map[string]any
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("a line of login --json: %v", err)
		}
		if e["event"] == event {
			return e
		}
	}
	t.Fatalf("login --json ended before %q", event)
	return nil
}
