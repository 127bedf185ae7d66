package action

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"strings"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/jsondoc"
	"authdeck/oauthflow"
	"authdeck/tui/theme"
	"authdeck/tui/ui/doc"
)

// tab is a way to look at an answer.
type tab int

const (
	tabResult tab = iota
	tabRequests
	tabConsole
	tabCompare
)

// answer is a run's outcome, made ready for the screen where the run was, so that Update and View only draw.
type answer struct {
	res      connections.RunResult
	message  string // why it failed, "" if it did not
	hint     string
	scopes   []string                 // that a 403 is about
	fields   []connections.FieldError // that were refused before anything was sent
	canceled bool
	dry      bool

	tab      tab
	doc      *jsondoc.Doc // nil: the result is no JSON, or there is none
	tree     *doc.Tree
	table    *doc.Table // nil: the result is no list of objects
	asTable  bool
	text     *doc.Text // of a result that is text, or of what is no JSON
	hex      *doc.Hex  // of a binary one
	filter   string    // the jq expression that part is of, "" for none
	part     *doc.Tree // what the expression made
	partText []byte
	problem  string // of the expression

	requests *doc.Exchanges
	revealed time.Time // secrets are in sight until then; zero: they are masked
	console  *doc.Text
	changes  *doc.Diff // from what came before
	sample   *doc.Diff // from the sample result
	bySample bool
	why      string // why there is nothing to compare with
}

// widget shows a part of an answer.
type widget interface {
	Key(name string) (used bool)
	View(th *theme.Theme, width, height int) []string
	Place() string
}

// mostCompared bounds what is compared, in bytes of both; more would keep the answer waiting.
const mostCompared = 8 << 20

// result is what the next run is compared with, nil if there is nothing.
func (a *answer) result() json.RawMessage {
	if a == nil || a.dry || a.message != "" || len(a.res.Result) == 0 {
		return nil
	}
	return a.res.Result
}

func answerOf(ctx context.Context, action integrations.Action, res connections.RunResult, err error, old json.RawMessage, dry bool) *answer {
	a := &answer{res: res, dry: dry}
	if err != nil {
		a.message = safe(err.Error())
		var e *connections.Error
		if errors.As(err, &e) {
			a.hint, a.scopes, a.fields = safe(e.Hint), e.MissingScopes, e.Fields
		}
	}
	a.open()
	a.requests = doc.NewExchanges(exchanges(res.Exchanges, false))
	a.console = doc.NewText([]byte(strings.Join(res.Console, "\n")))
	if dry || a.doc == nil && a.text == nil && a.hex == nil && len(res.Exchanges) > 0 {
		a.tab = tabRequests
	}
	a.compare(ctx, action, old)
	return a
}

// open makes the views of the result.
func (a *answer) open() {
	raw := a.res.Result
	switch {
	case len(a.res.Body) > 0:
		a.hex = doc.NewHex(a.res.Body)
		return
	case len(raw) == 0 || string(raw) == "null":
		a.openBody()
		return
	}
	if raw[0] == '"' {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			a.text = doc.NewText([]byte(text)) // an answer that is text, or a page
			return
		}
	}
	a.openJSON(raw)
}

// openBody shows what a provider answered an error with.
func (a *answer) openBody() {
	n := len(a.res.Exchanges)
	if a.message == "" || n == 0 {
		return
	}
	body := a.res.Exchanges[n-1].ResponseBody
	if strings.TrimSpace(body) == "" {
		return
	}
	if a.openJSON([]byte(body)); a.doc == nil {
		a.text = doc.NewText([]byte(body))
	}
}

func (a *answer) openJSON(raw []byte) {
	d, err := jsondoc.Open(raw)
	if err != nil {
		a.text = doc.NewText(raw)
		return
	}
	a.doc, a.tree = d, doc.NewTree(d)
	for _, list := range lists(d) {
		if t, ok := doc.NewTable(list); ok {
			a.table = t
			break
		}
	}
}

// lists are the arrays that an answer may be about: itself, or the only one in it.
func lists(d *jsondoc.Doc) []jsondoc.Node {
	root := d.Root()
	if root.Kind() == jsondoc.Array {
		return []jsondoc.Node{root}
	}
	var found []jsondoc.Node
	if root.Kind() == jsondoc.Object && root.Len() <= 16 {
		for c := range root.Children() {
			if c.Kind() == jsondoc.Array && !c.Empty() {
				found = append(found, c)
			}
		}
	}
	if len(found) > 1 {
		return nil
	}
	return found
}

// comparable: it has a result that can be held against another.
func (a *answer) comparable() bool { return a.doc != nil && !a.dry && a.message == "" }

// compare tells what is different from the result before, and from the sample.
func (a *answer) compare(ctx context.Context, action integrations.Action, old json.RawMessage) {
	switch {
	case !a.comparable():
		a.why = "there is no result to compare"
		return
	case len(old) == 0:
		a.why = "there is no result of a run before"
	default:
		a.changes, a.why = a.against(ctx, old)
	}
	if len(action.Sample) > 0 {
		a.sample, _ = a.against(ctx, action.Sample)
	}
}

// against is what is different from another result, or why that cannot be told.
func (a *answer) against(ctx context.Context, with json.RawMessage) (d *doc.Diff, why string) {
	if len(with)+len(a.res.Result) > mostCompared {
		return nil, "the results are too long to compare: 8 MB together at most"
	}
	other, err := jsondoc.Open(with)
	if err != nil {
		return nil, "what it is compared with is no JSON"
	}
	changes, err := jsondoc.Diff(ctx, other, a.doc)
	if err != nil {
		return nil, "the results could not be compared: " + plain(err)
	}
	return doc.NewDiff(changes), ""
}

// exchanges are those of a run as the list has them.
func exchanges(list []oauthflow.Exchange, reveal bool) []doc.Exchange {
	out := make([]doc.Exchange, len(list))
	for i, x := range list {
		sent, got := x.Raw()
		if reveal {
			x = x.Reveal()
		}
		out[i] = doc.Exchange{
			Method: x.Method, URL: x.URL, Status: x.Status, Started: x.Started, Duration: x.Duration,
			RequestHeader: x.RequestHeader, ResponseHeader: x.ResponseHeader,
			RequestBody: []byte(x.RequestBody), ResponseBody: []byte(x.ResponseBody),
			RequestBytes: int64(len(sent)), ResponseBytes: max(x.ResponseBytes, int64(len(got))), Err: x.Err,
		}
	}
	return out
}

// reveal shows the secrets of the requests until a moment.
func (a *answer) reveal(until time.Time) {
	a.revealed = until
	a.requests.Set(exchanges(a.res.Exchanges, true))
}

func (a *answer) hideAfter(now time.Time) {
	if !a.revealed.IsZero() && !now.Before(a.revealed) {
		a.hide()
	}
}

func (a *answer) hide() {
	a.revealed = time.Time{}
	a.requests.Set(exchanges(a.res.Exchanges, false))
}

// shown is the widget in sight, nil if there is nothing to show in the tab.
func (a *answer) shown() widget {
	switch a.tab {
	case tabRequests:
		if len(a.res.Exchanges) > 0 {
			return a.requests
		}
	case tabConsole:
		if len(a.res.Console) > 0 {
			return a.console
		}
	case tabCompare:
		if d := a.diff(); d != nil {
			return d
		}
	case tabResult:
		switch {
		case a.part != nil:
			return a.part
		case a.table != nil && a.asTable:
			return a.table
		case a.tree != nil:
			return a.tree
		case a.text != nil:
			return a.text
		case a.hex != nil:
			return a.hex
		}
	}
	return nil
}

// binary reports whether bytes that are no text are in sight.
func (a *answer) binary() bool { return a.tab == tabResult && a.hex != nil }

// noCopy is why nothing can be copied.
func (a *answer) noCopy() string {
	if a.binary() {
		return "it is binary: S saves it to a file"
	}
	return "there is nothing"
}

// otherView is what the table's key leads to.
func (a *answer) otherView() string {
	if a.asTable {
		return "tree"
	}
	return "table"
}

func (a *answer) diff() *doc.Diff {
	if a.bySample {
		return a.sample
	}
	return a.changes
}

// shownTree is the tree in sight, nil if another thing is.
func (a *answer) shownTree() *doc.Tree {
	t, _ := a.shown().(*doc.Tree)
	return t
}

// typing reports whether keys go into a search.
func (a *answer) typing() bool {
	t := a.shownTree()
	return t != nil && t.Typing()
}

func (a *answer) paste(text string) {
	if t := a.shownTree(); t != nil {
		t.Paste(text)
	}
}

// filtered takes what a jq expression made.
func (a *answer) filtered(m filteredMsg) {
	a.problem = ""
	if m.err != nil {
		a.problem = "jq: " + plain(m.err)
		return
	}
	a.filter, a.part, a.partText, a.tab = m.expr, m.tree, m.json, tabResult
}

func (a *answer) unfilter() { a.filter, a.part, a.partText, a.problem = "", nil, nil, "" }

// whole is what is saved: what a filter made, the body as it came, or the result.
func (a *answer) whole() []byte {
	switch {
	case a.part != nil:
		return a.partText
	case len(a.res.Body) > 0:
		return a.res.Body
	case a.text != nil && len(a.res.Result) > 0:
		var text string
		if json.Unmarshal(a.res.Result, &text) == nil {
			return []byte(text)
		}
	}
	return a.res.Result
}

// ending is the ending of a file that the result goes into.
func (a *answer) ending() string {
	switch {
	case len(a.res.Body) > 0:
		if list, err := mime.ExtensionsByType(a.res.BodyType); err == nil && len(list) > 0 {
			return list[0]
		}
		return ".bin"
	case a.text != nil:
		return ".txt"
	}
	return ".json"
}
