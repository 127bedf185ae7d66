package flowrunner

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/icon"
	"authdeck/integrations/flowrunner/wire"
)

// withIcon writes a service that names an icon, and files below its folder.
func withIcon(t testing.TB, names string, files map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "drawn")
	all := map[string][]byte{"src/index.js": []byte("/**\n * @integrationName Drawn\n * @integrationIcon " + names + "\n */\nclass Drawn {}\nFlowrunner.ServerCode.addService(Drawn, [])\n")}
	for name, body := range files {
		all[name] = body
	}
	for name, body := range all {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// square is a PNG of one colour, in 16 bits a channel: the largest that there is.
func square(t testing.TB, side int, c color.Color) []byte {
	t.Helper()
	m := image.NewNRGBA64(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openAt(t *testing.T, h *Host, dir string) *Service {
	t.Helper()
	s, err := h.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var orange = color.NRGBA{R: 250, G: 120, B: 20, A: 255}

// TestPicture: a real worker makes the picture, of a file below public/ only.
func TestPicture(t *testing.T) {
	if mostIcon != icon.MostBytes {
		t.Errorf("the host hands over %d bytes, the worker takes %d", mostIcon, icon.MostBytes)
	}
	good := square(t, 32, orange)
	for name, c := range map[string]struct {
		names string
		files map[string][]byte
		want  string // "": drawn
	}{
		"as it is written":       {"/icon.png", map[string][]byte{"public/icon.png": good}, ""},
		"without a slash":        {"icon.png", map[string][]byte{"public/icon.png": good}, ""},
		"in a folder":            {"/img/icon.png", map[string][]byte{"public/img/icon.png": good}, ""},
		"another name's ending":  {"/icon.jpeg", map[string][]byte{"public/icon.jpeg": good}, ""},
		"an SVG":                 {"/icon.svg", map[string][]byte{"public/icon.svg": []byte(`<svg viewBox="0 0 9 9"><path fill="#fa7814" d="M0 0h9v9H0z"/></svg>`)}, ""},
		"as large as may be":     {"/icon.png", map[string][]byte{"public/icon.png": square(t, 1024, orange)}, ""},
		"above public/":          {"/../icon.png", map[string][]byte{"icon.png": good}, "the icon public/icon.png: there is no such file"},
		"there is none":          {"/icon.png", nil, "the icon public/icon.png: there is no such file"},
		"a folder":               {"/img", map[string][]byte{"public/img/icon.png": good}, "the icon public/img: it is a folder"},
		"public/ itself":         {"/", map[string][]byte{"public/icon.png": good}, "the icon public/: it is a folder"},
		"too large":              {"/icon.png", map[string][]byte{"public/icon.png": make([]byte, mostIcon+1)}, "the icon public/icon.png: it is larger than 256 KiB"},
		"too many pixels":        {"/icon.png", map[string][]byte{"public/icon.png": square(t, 1025, orange)}, "it has 1025 x 1025 pixels: at most 1024 a side are drawn"},
		"cut off":                {"/icon.png", map[string][]byte{"public/icon.png": good[:60]}, "this PNG is damaged or cut off"},
		"empty":                  {"/icon.png", map[string][]byte{"public/icon.png": {}}, "it is empty"},
		"an address":             {"https://cdn.example/icon.png", nil, "it is an address"},
		"a hostile name":         {"/\x1b]0;x\x07.png", nil, "there is no such file"},
		"a file as a folder":     {"/icon.png/x", map[string][]byte{"public/icon.png": good}, "it cannot be read"},
		"harmful, and contained": {"/icon.svg", map[string][]byte{"public/icon.svg": []byte(`<svg viewBox="0 0 9 9"><g id="a"><use href="#a"/></g></svg>`)}, "this SVG repeats too much"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openAt(t, newHost(t), withIcon(t, c.names, c.files))
			if !s.HasPicture() {
				t.Fatal("the service names no icon")
			}
			p, err := s.Picture(t.Context())
			if c.want == "" {
				if err != nil || p[8*integrations.PictureSide+8] != orange {
					t.Errorf("%v, %v", p[8*integrations.PictureSide+8], err)
				}
				return
			}
			var about *IconError
			if !errors.As(err, &about) || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\x1b\x07") || p != (integrations.Picture{}) {
				t.Errorf("%q, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), os.TempDir()) {
				t.Errorf("the user's folder is told: %v", err)
			}
		})
	}
}

// TestPicture_Links: a link is followed within the folder, and nowhere else.
func TestPicture_Links(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "icon.png")
	if err := os.WriteFile(outside, square(t, 8, orange), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := withIcon(t, "/icon.png", map[string][]byte{"art/icon.png": square(t, 8, orange), "public/x": nil})
	link := filepath.Join(dir, "public", "icon.png")
	if err := os.Symlink(filepath.Join("..", "art", "icon.png"), link); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, newHost(t), dir)
	if _, err := s.Picture(t.Context()); err != nil {
		t.Errorf("within the folder: %v", err)
	}
	if err := errors.Join(os.Remove(link), os.Symlink(outside, link)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Picture(t.Context()); err == nil || strings.Contains(err.Error(), filepath.Dir(outside)) {
		t.Errorf("out of the folder: %v", err)
	}
}

// TestPicture_None: a service that names no icon has none.
func TestPicture_None(t *testing.T) {
	s := openAt(t, newHost(t), withIcon(t, "", nil))
	if _, err := s.Picture(t.Context()); s.HasPicture() || err == nil {
		t.Errorf("%v, %v", s.HasPicture(), err)
	}
}

// TestPicture_Remembered: one worker makes it until the file changes.
func TestPicture_Remembered(t *testing.T) {
	dir := withIcon(t, "/icon.png", map[string][]byte{"public/icon.png": square(t, 32, orange)})
	h := newHost(t)
	s := openAt(t, h, dir)
	first, err := s.Picture(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.o.Program = []string{filepath.Join(dir, "no-such-program")} // whoever starts a worker now fails
	if again, err := s.Picture(t.Context()); err != nil || again != first {
		t.Errorf("it was not remembered: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "public", "icon.png"), square(t, 33, color.White), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Picture(t.Context()); err == nil {
		t.Error("a changed file was not looked at")
	}
	h.o.Program = newHost(t).o.Program
	if p, err := s.Picture(t.Context()); err != nil || p[0] != (color.NRGBA{255, 255, 255, 255}) {
		t.Errorf("that no worker could be started was remembered: %v", err)
	}
}

// brokenWorker is the argument by which the test program is a worker that does not survive an icon.
const brokenWorker = "__broken-worker"

// breakDown waits for the order and then does what a bomb would.
func breakDown(how string) int {
	c := wire.NewConn(os.Stdin, os.Stdout)
	if m, err := c.Read(); err != nil || m.Kind != wire.Icon || len(m.Body) == 0 {
		return 9
	}
	switch how {
	case "stack":
		debug.SetMaxStack(1 << 20)
		return deeper(1)
	case "time":
		return 4 // as a worker does whose processor time is over
	case "memory":
		_, _ = os.Stderr.WriteString("fatal error: runtime: out of memory\n")
		return 2
	case "killed":
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	case "too few pixels":
		_ = c.Write(wire.Message{Kind: wire.IconRead, Body: make([]byte, 1023)})
	case "too many pixels":
		_ = c.Write(wire.Message{Kind: wire.IconRead, Body: make([]byte, 1<<20)})
	case "another answer":
		_ = c.Write(wire.Message{Kind: wire.Result, Text: "1"})
	case "a request":
		_ = c.Write(wire.Message{Kind: wire.Send, ID: 1, Request: &wire.Request{Method: "GET", URL: "http://127.0.0.1:1/"}})
		if m, err := c.Read(); err != nil || m.Response == nil || m.Response.Code != "EACCES" {
			return 9
		}
		_ = c.Write(wire.Message{Kind: wire.Failed, Text: "no way out\x1b]0;x\x07"})
	case "a flood":
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte("x"), 1<<20)); err != nil {
				return 1
			}
		}
	case "silence":
		select {}
	}
	return 0
}

func deeper(n int) int {
	if n < 0 {
		return 0
	}
	return deeper(n+1) + n
}

// TestPicture_Bombs: whatever becomes of the worker, this process lives, says what happened, and the glyph stays.
func TestPicture_Bombs(t *testing.T) {
	for how, want := range map[string]string{
		"stack":           "decoding it was stopped: it nested deeper than a parser can go",
		"time":            "decoding it was stopped: it used more than the 2 seconds of processor time",
		"memory":          "decoding it was stopped: it used more memory than the 256 MB",
		"killed":          "decoding it was stopped: its worker ended without an answer",
		"too few pixels":  "its decoder answered with no picture",
		"too many pixels": "its decoder answered with no picture",
		"another answer":  "decoding it was stopped: its worker broke the rules",
		"a request":       "no way out",
		"a flood":         "decoding it was stopped: its worker broke the rules",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			s := openAt(t, h, withIcon(t, "/icon.png", map[string][]byte{"public/icon.png": square(t, 8, orange)}))
			h.o.Program = []string{os.Args[0], brokenWorker, how}
			start := time.Now()
			_, err := s.Picture(t.Context())
			var about *IconError
			if !errors.As(err, &about) || !strings.HasPrefix(err.Error(), "the icon public/icon.png: "+want) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%q, want %q", err, want)
			}
			if d := time.Since(start); d > iconLimit+time.Second {
				t.Errorf("it took %v", d)
			}
			h.o.Program = workerArgs(t)
			if _, again := s.Picture(t.Context()); again == nil || again.Error() != err.Error() {
				t.Errorf("what failed was tried again at once: %v", again)
			}
		})
	}
}

// TestPicture_Canceled: who no longer wants it waits for nobody, and nothing is remembered.
func TestPicture_Canceled(t *testing.T) {
	h := newHost(t)
	s := openAt(t, h, withIcon(t, "/icon.png", map[string][]byte{"public/icon.png": square(t, 8, orange)}))
	h.o.Program = []string{os.Args[0], brokenWorker, "silence"}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Picture(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	h.o.Program = workerArgs(t)
	if _, err := s.Picture(t.Context()); err != nil {
		t.Errorf("then: %v", err)
	}
}

// BenchmarkPicture is one icon from the file to the picture, with the worker's start.
func BenchmarkPicture(b *testing.B) {
	h := newHost(b)
	s, err := h.Open(b.Context(), withIcon(b, "/icon.png", map[string][]byte{"public/icon.png": square(b, 256, orange)}))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		h.icons = icons{}
		if _, err := s.Picture(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
