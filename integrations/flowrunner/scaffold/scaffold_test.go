package scaffold_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/integrations/demo"
	"authdeck/integrations/flowrunner"
	"authdeck/integrations/flowrunner/scaffold"
	"authdeck/integrations/flowrunner/worker"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// The test program is its own worker, as authdeck is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Arg {
		os.Exit(worker.Main())
	}
	os.Exit(m.Run())
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`

// write makes a service below a new folder and returns its path.
func write(t *testing.T, o scaffold.Options) string {
	t.Helper()
	files, err := scaffold.Files(o)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), o.Name)
	if err := scaffold.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

func host(t *testing.T) *flowrunner.Host {
	t.Helper()
	h := flowrunner.New(flowrunner.Options{
		Program: []string{os.Args[0], worker.Arg}, Caller: &oauthflow.Caller{Clock: clock.System()}, Clock: clock.System(), Files: t.TempDir(),
	})
	t.Cleanup(h.Close)
	return h
}

// TestNewServiceWorksAsItIs: what `integrations new` writes goes through the three operations against the demo server once
// its issuer is set, with the slash at the end that the demo prints and without.
func TestNewServiceWorksAsItIs(t *testing.T) {
	t.Parallel()
	server, err := demo.Start(t.Context(), demo.Options{AutoApprove: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	const title = `Acme: "the" $& {{best}} #1 \ ${x}`
	s, err := host(t).Open(t.Context(), write(t, scaffold.Options{Name: "acme", Title: title}))
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.Text()
	if i := s.Info(); i.ID != "acme" || i.Name != title || len(text.Problems) > 0 || !text.ItemsKnown || err != nil {
		t.Errorf("%+v, problems %+v, %v", i, text.Problems, err)
	}
	var actions []string
	for _, m := range text.Methods {
		if m.Action() {
			actions = append(actions, m.Name)
		}
	}
	if !slices.Equal(actions, []string{"getNote", "addNote"}) {
		t.Errorf("actions %q", actions)
	}
	for _, issuer := range []string{server.Issuer(), strings.TrimSuffix(server.Issuer(), "/")} {
		cfg := integrations.Config{"issuer": secret.New(issuer)}
		const redirect = "http://127.0.0.1:1/callback" // nobody listens: the address the browser ends on is all that is wanted
		to, err := s.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirect, State: "the-state"})
		if err != nil {
			t.Fatal(err)
		}
		back := follow(t, to.URL)
		if back.Get("state") != "the-state" {
			t.Errorf("state %q", back.Get("state"))
		}
		g, err := s.ExecuteCallback(t.Context(), integrations.CallbackRequest{Config: cfg, RedirectURI: redirect, Params: back, Pending: to.Pending})
		if err != nil {
			t.Fatal(err)
		}
		if g.Identity.Name != "ada@example.com" || g.RefreshToken.IsZero() || g.Lifetime.Kind == oauthflow.LifetimeUnknown {
			t.Fatalf("%+v", g)
		}
		kept := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, Identity: g.Identity, Extra: g.Extra}
		r, err := s.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: kept})
		if err != nil {
			t.Fatal(err)
		}
		if r.AccessToken.Equal(g.AccessToken) || r.RefreshToken.IsZero() || r.RefreshToken.Equal(g.RefreshToken) || len(r.Warnings) > 0 {
			t.Errorf("refresh: %+v", r)
		}
		kept.AccessToken, kept.RefreshToken = r.AccessToken, r.RefreshToken
		run := func(action string, params map[string]any) map[string]any {
			t.Helper()
			out, err := s.RunAction(t.Context(), integrations.ActionRequest{Config: cfg, Kept: kept, Action: action, Params: params})
			var answer map[string]any
			if err := errors.Join(err, json.Unmarshal(out.Result, &answer)); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
			return answer
		}
		added := run("addNote", map[string]any{"text": "milk"})
		if got := run("getNote", map[string]any{"noteId": added["id"]}); got["text"] != "milk" {
			t.Errorf("getNote: %v", got)
		}
		choices, _ := run("getNotesDictionary", map[string]any{"search": "MILK"})["items"].([]any)
		if len(choices) == 0 || choices[len(choices)-1].(map[string]any)["value"] != added["id"] {
			t.Errorf("choices: %v", choices)
		}
	}
}

// TestNewServiceTestsItself: the test that is written with the service passes, in Node alone.
func TestNewServiceTestsItself(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no node")
		}
		t.Skip("there is no node")
	}
	dir := write(t, scaffold.Options{Name: "harbour-2", Icon: []byte(svg)})
	cmd := exec.CommandContext(t.Context(), node, "--test")
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("pass 7")) || !bytes.Contains(out, []byte("fail 0")) {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := write(t, scaffold.Options{Name: "2-fast", Title: "Zu schnell", Icon: []byte(svg)})
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	want := []string{"README.md", "package.json", "public/icon.svg", "src/index.js", "test/service.test.js"}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v", names, err)
	}
	source, err := os.ReadFile(filepath.Join(dir, "src", "index.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"class The2FastService {", "@integrationName Zu schnell\n", "@integrationIcon /icon.svg\n", "addService(The2FastService, ["} {
		if !bytes.Contains(source, []byte(text)) {
			t.Errorf("src/index.js does not hold %q", text)
		}
	}
	var p struct{ Name, Description string }
	raw, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err := errors.Join(err, json.Unmarshal(raw, &p)); err != nil || p.Name != "2-fast" || p.Description != "Zu schnell" {
		t.Errorf("%+v %v", p, err)
	}
	for _, f := range names {
		body, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil || bytes.Contains(body, []byte("<<")) || bytes.Contains(body, []byte("<no value>")) {
			t.Errorf("%s: a placeholder stayed, or %v", f, err)
		}
	}
}

func TestFiles_Refuses(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]scaffold.Options{
		"a name with a path":    {Name: "../up"},
		"a name in capitals":    {Name: "Acme"},
		"no name":               {},
		"a title of two lines":  {Name: "acme", Title: "a\nb"},
		"the end of a comment":  {Name: "acme", Title: "a */ b"},
		"a title of blanks":     {Name: "acme", Title: "  "},
		"an escape in a title":  {Name: "acme", Title: "a\x1b[2J"},
		"a title of 101":        {Name: "acme", Title: strings.Repeat("ä", 101)},
		"an icon that is none":  {Name: "acme", Icon: []byte("GIF89a")},
		"an icon of 257 KiB":    {Name: "acme", Icon: append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 256<<10)...)},
		"an icon without bytes": {Name: "acme", Icon: []byte{}},
	} {
		if files, err := scaffold.Files(o); err == nil {
			t.Errorf("%s: %d files", name, len(files))
		}
	}
}

// TestWrite_AllOrNone: a folder that is there stays as it is, and one that cannot be written whole is not there.
func TestWrite_AllOrNone(t *testing.T) {
	t.Parallel()
	files, err := scaffold.Files(scaffold.Options{Name: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "acme")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := scaffold.Write(dir, files); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an empty folder: %v", err)
	}
	broken := append(slices.Clone(files), scaffold.File{Path: "src/index.js/below-a-file"})
	if err := scaffold.Write(filepath.Join(parent, "other"), broken); err == nil {
		t.Error("a file below a file was written")
	}
	left, err := os.ReadDir(parent)
	if err != nil || len(left) != 1 || left[0].Name() != "acme" {
		t.Errorf("left: %v, %v", left, err)
	}
	if inside, err := os.ReadDir(dir); err != nil || len(inside) != 0 {
		t.Errorf("in the folder that was there: %v, %v", inside, err)
	}
}

// TestIconOfALetter: the icon is a PNG of 128 by 128 whose letter is another one for another title.
func TestIconOfALetter(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, title := range []string{"Acme", "Bosun", "9 lives", "Ätna", "東京", "!"} {
		files, err := scaffold.Files(scaffold.Options{Name: "x", Title: title})
		if err != nil {
			t.Fatal(err)
		}
		icon := files[len(files)-1]
		img, err := png.Decode(bytes.NewReader(icon.Body))
		if err != nil || icon.Path != "public/icon.png" || img.Bounds().Dx() != 128 || img.Bounds().Dy() != 128 || len(icon.Body) > 4<<10 {
			t.Fatalf("%s: %s of %d bytes, %v", title, icon.Path, len(icon.Body), err)
		}
		white := 0
		for y := range 128 {
			for x := range 128 {
				if r, g, b, _ := img.At(x, y).RGBA(); r&g&b == 0xffff {
					white++
				}
			}
		}
		if dots := white / (12 * 12); white%(12*12) != 0 || dots < 7 || dots > 25 {
			t.Errorf("%s: %d white points", title, white)
		}
		if other, ok := seen[string(icon.Body)]; ok {
			t.Errorf("%s looks as %s does", title, other)
		}
		seen[string(icon.Body)] = title
	}
}

// follow plays the browser up to the redirect and returns its parameters.
func follow(t *testing.T, address string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var end *url.URL
	client := http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Port() == "1" {
			end = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	if end == nil || !end.Query().Has("code") {
		t.Fatalf("the browser ended on %v", res.Request.URL)
	}
	return end.Query()
}
