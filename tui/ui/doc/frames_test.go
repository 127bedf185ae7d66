package doc

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"authdeck/internal/jsondoc"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

// widget is what all parts of this package are.
type widget interface {
	View(th *theme.Theme, width, height int) []string
	Key(k string) bool
	Place() string
}

func open(t testing.TB, text string) *jsondoc.Doc {
	t.Helper()
	d, err := jsondoc.Open([]byte(text))
	if err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	return d
}

// issues are an answer as an API gives it.
func issues(n int) string {
	var b strings.Builder
	b.WriteString(`{"items":[`)
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"id":%d,"title":"%s","state":"%s","labels":[{"name":"bug","color":"d73a4a"},{"name":"area/%d"}],"assignee":%s,"comments":%d,"url":"https://api.example.com/repos/octo/demo/issues/%d","body":"Steps:\n1. open the settings\n2. press save, and look at what the log says about it. It should name the file, and it does not."}`,
			9007199254740993+i, []string{"Crash when the token is rotated", "Typo", "日本語の題名が切れる"}[i%3], []string{"open", "closed"}[i%2], i%7,
			[]string{`null`, `{"login":"octo","id":1}`}[i%2], i*i, i)
	}
	b.WriteString(`],"next":"https://api.example.com/repos/octo/demo/issues?page=2&per_page=100","total_count":412,"incomplete":false,"odd key":{"":1,"a:b":[]}}`)
	return b.String()
}

func tree(t testing.TB, text string) *Tree { return NewTree(open(t, text)) }

func table(t testing.TB, text string) *Table {
	t.Helper()
	d := open(t, text)
	list := d.Root()
	if m := list.Member("items"); m.OK() {
		list = m
	}
	w, ok := NewTable(list)
	if !ok {
		t.Fatal("no table")
	}
	return w
}

func diff(t testing.TB, old, new string) *Diff {
	t.Helper()
	c, err := jsondoc.Diff(context.Background(), open(t, old), open(t, new))
	if err != nil {
		t.Fatal(err)
	}
	return NewDiff(c)
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func run() []Exchange {
	header := func(kv ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			h.Set(kv[i], kv[i+1])
		}
		return h
	}
	return []Exchange{
		{
			Method: "GET", URL: "https://api.example.com/v1/notes?limit=50", Status: 401, Started: noon, Duration: 112 * time.Millisecond,
			RequestHeader: header("Authorization", "Bearer •••", "Accept", "application/json"), ResponseHeader: header("Www-Authenticate", `Bearer error="invalid_token"`, "Content-Type", "application/json"),
			ResponseBody: []byte(`{"error":"invalid_token"}`), ResponseBytes: 25,
		},
		{
			Method: "POST", URL: "https://login.example.com/oauth2/token", Status: 200, Started: noon.Add(120 * time.Millisecond), Duration: 340 * time.Millisecond,
			RequestHeader: header("Content-Type", "application/x-www-form-urlencoded"), RequestBody: []byte("grant_type=refresh_token&refresh_token=•••&client_id=authdeck"), RequestBytes: 81,
			ResponseHeader: header("Content-Type", "application/json"), ResponseBody: []byte(`{"access_token":"•••","expires_in":3600,"token_type":"Bearer","scope":"notes.read notes.write"}`), ResponseBytes: 1804,
		},
		{
			Method: "GET", URL: "https://api.example.com/v1/notes?limit=50", Status: 200, Started: noon.Add(470 * time.Millisecond), Duration: 1240 * time.Millisecond,
			RequestHeader:  header("Authorization", "Bearer •••", "Accept", "application/json", "User-Agent", "authdeck/0.9"),
			ResponseHeader: header("Content-Type", "application/json; charset=utf-8", "Link", `<https://api.example.com/v1/notes?limit=50&cursor=b2Zmc2V0OjUw>; rel="next", <https://api.example.com/v1/notes?limit=50&cursor=last>; rel="last"`, "X-Ratelimit-Remaining", "4998"),
			ResponseBody:   []byte(`{"notes":[{"id":1,"text":"buy milk","done":false,"tags":["home"]},{"id":2,"text":"a text that is so long that it does not fit into the width of a small pane and has to be wrapped"}],"next":"b2Zmc2V0OjUw"}`), ResponseBytes: 50_331_648,
		},
		{Method: "DELETE", URL: "https://api.example.com/v1/notes/17", Started: noon.Add(1800 * time.Millisecond), Duration: 200 * time.Millisecond, Err: "the connection was closed before an answer came"},
		{Method: "PATCH", URL: "https://api.example.com/v1/notes/18", RequestBody: []byte(`{"done":true}`)},
	}
}

const (
	wasText = `{"items":[{"id":1,"title":"Crash when the token is rotated","state":"open"},{"id":2,"title":"Typo"},{"id":3,"title":"Old"}],"total":412,"tags":["a","b","c"],"etag":"W/\"1\"","owner":{"login":"octo","plan":{"name":"free","seats":1}}}`
	isText_ = `{"owner":{"plan":{"seats":1.0,"name":"team"},"login":"octo"},"items":[{"id":2,"title":"Typo in the heading of the page about settings, and in the page that follows it"},{"id":1,"title":"Crash when the token is rotated","state":"closed"},{"id":4,"title":"New","labels":[]}],"total":413,"tags":["a","x","c","d"],"next":null}`
)

func binary() []byte {
	b := make([]byte, 3000)
	for i := range b {
		b[i] = byte(i * 7)
	}
	copy(b, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	return b
}

const log = "2026-11-27 12:00:00 started\n" +
	"2026-11-27 12:00:01 a line that is much longer than the pane is wide, so that it is wrapped at a blank, or cut once w was pressed\n\n" +
	"tab\there, \x1b[31mcolour\x1b[0m and a bell\x07\r\n日本語の行\n"

var states = []struct {
	name string
	make func(t testing.TB) widget
	keys string
}{
	{"tree", func(t testing.TB) widget { return tree(t, issues(412)) }, ""},
	{"tree-unfolded", func(t testing.TB) widget { return tree(t, issues(412)) }, "j j * j j j j j"},
	{"tree-whole-value", func(t testing.TB) widget { return tree(t, issues(412)) }, "j j l j j j j j j j j w"},
	{"tree-end", func(t testing.TB) widget { return tree(t, issues(412)) }, "G"},
	{"tree-typing", func(t testing.TB) widget { return tree(t, issues(412)) }, "/ t o k e n"},
	{"tree-found", func(t testing.TB) widget { return tree(t, issues(412)) }, "/ a r e a / 5 enter n"},
	{"tree-not-found", func(t testing.TB) widget { return tree(t, issues(412)) }, "/ z z z enter"},
	{"tree-deep", func(t testing.TB) widget {
		return tree(t, strings.Repeat(`{"level":[`, 30)+`"bottom"`+strings.Repeat(`]}`, 30))
	}, "* G"},
	{"tree-scalar", func(t testing.TB) widget { return tree(t, `"only a text"`) }, ""},
	{"tree-empty", func(t testing.TB) widget { return tree(t, `{}`) }, "l"},
	{"table", func(t testing.TB) widget { return table(t, issues(412)) }, "j j l"},
	{"table-right", func(t testing.TB) widget { return table(t, issues(412)) }, "G $"},
	{"table-mixed", func(t testing.TB) widget {
		return table(t, `[{"a":1,"b":"x"},{"a":-20.5},{"b":"y","c":null,"odd key":{"d":[1,2]}},{"a":3,"b":""},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},"no object"]`)
	}, "j l"},
	{"text", func(testing.TB) widget { return NewText([]byte(log)) }, ""},
	{"text-cut", func(testing.TB) widget { return NewText([]byte(strings.Repeat(log, 10))) }, "w ctrl+d l"},
	{"text-end", func(testing.TB) widget { return NewText([]byte(strings.Repeat(log, 10))) }, "G"},
	{"hex", func(testing.TB) widget { return NewHex(binary()) }, ""},
	{"hex-end", func(testing.TB) widget { return NewHex(binary()) }, "G"},
	{"diff", func(t testing.TB) widget { return diff(t, wasText, isText_) }, "j"},
	{"diff-unfolded", func(t testing.TB) widget { return diff(t, wasText, isText_) }, "* j"},
	{"diff-none", func(t testing.TB) widget { return diff(t, wasText, wasText) }, ""},
	{"exchanges", func(testing.TB) widget { return NewExchanges(run()) }, "j j"},
	{"exchanges-detail", func(testing.TB) widget { return NewExchanges(run()) }, "j j enter"},
	{"exchanges-detail-end", func(testing.TB) widget { return NewExchanges(run()) }, "j j enter G"},
	{"exchanges-failed", func(testing.TB) widget { return NewExchanges(run()) }, "j j enter ]"},
	{"exchanges-none", func(testing.TB) widget { return NewExchanges(nil) }, "enter"},
}

var sizes = []struct{ width, height int }{{46, 16}, {100, 30}}

// press gives keys, with a frame between, since how far a page goes depends on it.
func press(w widget, th *theme.Theme, width, height int, keys string) {
	w.View(th, width, height)
	for k := range strings.FieldsSeq(keys) {
		w.Key(k)
		if tr, ok := w.(*Tree); ok {
			for tr.Busy() {
				tr.Work(context.Background())
			}
		}
		w.View(th, width, height)
	}
}

// TestFrames compares each widget at two sizes, and in ASCII, and holds each frame against the invariants.
func TestFrames(t *testing.T) {
	for _, st := range states {
		for _, size := range sizes {
			for _, look := range screentest.Looks() {
				t.Run(fmt.Sprintf("%s/%dx%d-%s", st.name, size.width, size.height, look.Name), func(t *testing.T) {
					th, w := theme.New(look.Options), st.make(t)
					press(w, th, size.width, size.height, st.keys)
					frame := strings.Join(w.View(th, size.width, size.height), "\n")
					screentest.Check(t, frame, size.width, size.height)
					plain := strings.NewReplacer("日本語の題名が切れる", "", "日本語の行", "").Replace(ansi.Strip(frame))
					if look.ASCII && strings.IndexFunc(plain, func(c rune) bool { return c > 0x7e && c < 0x3000 }) >= 0 {
						t.Errorf("not ASCII:\n%s", plain)
					}
					if look.Name == "plain" || look.ASCII && size.width == 46 {
						screentest.Golden(t, frame+"\n["+w.Place()+"]")
					}
				})
			}
		}
	}
}
