package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
	"authdeck/tui/internal/fakedeck"
)

var update = flag.Bool("update", false, "write the golden frames anew")

func TestMain(m *testing.M) {
	if what := os.Getenv("AUTHDECK_TUI_PLAYS"); what != "" {
		os.Exit(play(what))
	}
	goleak.VerifyTestMain(m)
}

// terminal is an emulator, and every byte that was sent to it. vt's own lock does not cover String.
type terminal struct {
	mu  sync.Mutex
	emu *vt.Emulator
	raw bytes.Buffer
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Write(p)
	_, err := s.emu.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))) // as a terminal driver in cooked mode does
	return len(p), err
}

// frame is the screen as text, without blanks at the ends of lines.
func (s *terminal) frame() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := strings.Split(s.emu.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \r")
	}
	return strings.Join(lines, "\n")
}

func (s *terminal) bytes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.Len()
}

func (s *terminal) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// base is the time of the sketches.
var base = time.Date(2026, 11, 23, 14, 2, 51, 0, time.UTC)

// app is the program in virtual time.
type app struct {
	t    *testing.T
	p    *tea.Program
	m    *model
	deck *fakedeck.Deck
	*terminal
	done chan error
}

type setup struct {
	width, height int
	rows          func(now time.Time) []store.Summary
	options       Options
	deck          func(*fakedeck.Deck)
}

// run starts the program, runs the test in a bubble of virtual time, and ends the program.
func run(t *testing.T, s setup, test func(*app)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		now := func() time.Time { return base.Add(time.Since(start)) }
		if s.rows == nil {
			s.rows = fakedeck.Eight
		}
		d := fakedeck.New(now, s.rows(base)...)
		d.Known = fakedeck.Catalogue()
		d.Log(fakedeck.Events(base)...)
		if s.deck != nil {
			s.deck(d)
		}
		o := s.options
		o.Deck, o.Now = d, now
		if o.StoreLine == "" {
			o.StoreLine = "sealed in ~/.local/share/authdeck, opened by a key file"
		}
		ctx, cancel := context.WithCancel(context.Background())
		m := newModel(ctx, o)
		a := &app{t: t, m: m, deck: d, terminal: &terminal{emu: vt.NewEmulator(s.width, s.height)}, done: make(chan error, 1)}
		opts := []tea.ProgramOption{
			tea.WithInput(nil), tea.WithOutput(a.terminal), tea.WithWindowSize(s.width, s.height), tea.WithoutSignalHandler(), tea.WithFPS(fps),
			tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
				if f, ok := msg.(act); ok {
					return tea.BatchMsg{f()}
				}
				return msg
			}),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}),
		}
		if o.Colour {
			opts = append(opts, tea.WithColorProfile(colorprofile.TrueColor))
		} else {
			opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
		}
		a.p = tea.NewProgram(m, opts...)
		go func() { _, err := a.p.Run(); a.done <- err }()
		defer func() {
			a.p.Quit()
			if err := <-a.done; err != nil {
				t.Error(err)
			}
			cancel()
			m.close()
			synctest.Wait()
			time.Sleep(time.Second)
		}()
		a.wait(200 * time.Millisecond)
		test(a)
	})
}

// resize gives the terminal another size.
func (a *app) resize(w, h int) {
	a.mu.Lock()
	a.emu.Resize(w, h)
	a.mu.Unlock()
	a.p.Send(tea.WindowSizeMsg{Width: w, Height: h})
	a.wait(time.Millisecond)
}

// act runs a function where the model runs.
type act func() tea.Cmd

func (a *app) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

var special = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "space": {Code: tea.KeySpace, Text: " "}, "backspace": {Code: tea.KeyBackspace},
	"f1":     {Code: tea.KeyF1},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+r": {Code: 'r', Mod: tea.ModCtrl}, "ctrl+d": {Code: 'd', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
}

func keyOf(name string) tea.KeyPressMsg {
	if k, ok := special[name]; ok {
		return tea.KeyPressMsg(k)
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// press sends keys, one after the other, and waits for the frame.
func (a *app) press(names ...string) {
	for _, n := range names {
		a.p.Send(keyOf(n))
		synctest.Wait()
	}
	a.wait(100 * time.Millisecond)
}

// typed sends each character as a key.
func (a *app) typed(text string) {
	for _, r := range text {
		a.press(string(r))
	}
}

func (a *app) has(texts ...string) {
	a.t.Helper()
	f := a.frame()
	for _, text := range texts {
		if !strings.Contains(f, text) {
			a.t.Errorf("the frame lacks %q:\n%s", text, f)
		}
	}
}

func (a *app) lacks(texts ...string) {
	a.t.Helper()
	f := a.frame()
	for _, text := range texts {
		if strings.Contains(f, text) {
			a.t.Errorf("the frame has %q:\n%s", text, f)
		}
	}
}

// golden compares the frame with a file under testdata.
func (a *app) golden(name string) {
	a.t.Helper()
	golden(a.t, name, a.frame())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	got += "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("frame %s (-want +got):\n%s\n%s", name, diff, got)
	}
}

func sizes() []struct{ w, h int } {
	return []struct{ w, h int }{{60, 16}, {80, 24}, {120, 40}, {200, 60}}
}

func sized(name string, w, h int) string { return fmt.Sprintf("%s-%dx%d", name, w, h) }

func motion() Options { return Options{Motion: true} }

// demoDeck has the demo's integration only.
func demoDeck(d *fakedeck.Deck) {
	d.Known = []connections.IntegrationView{{
		Info:       integrations.Info{ID: "demo", Name: "Demo", Kind: integrations.KindDemo, PKCE: "S256"},
		Configured: true, CanRevoke: true, Actions: 3,
	}}
}

// family lets the account have another connection.
func family(d *fakedeck.Deck) { d.Family = []string{"google-backup"} }

// looks is what the tokens say.
func looks(d *fakedeck.Deck) {
	d.Look = connections.Inspection{
		IDToken: &connections.Claims{
			Header: map[string]any{"alg": "RS256", "kid": "7c3f"},
			Payload: map[string]any{
				"iss": "https://accounts.google.com", "aud": "1234-abc.apps.googleusercontent.com", "exp": json.Number(strconv.FormatInt(base.Add(43*time.Minute).Unix(), 10)), "iat": float64(base.Add(-17 * time.Minute).Unix()),
				"sub": "109300000000000000882", "amr": []any{"pwd", "mfa"}, "email": "ada@example.com",
			},
			Signature: "valid",
		},
		Introspected: true, Active: true, Members: map[string]any{"active": true, "scope": "openid email"},
	}
}
