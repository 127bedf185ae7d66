package action

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

type rig struct {
	env    *screen.Env
	deck   *screentest.Deck
	shell  *screentest.Shell
	screen *Screen
	loop   *screentest.Loop
	unused int
}

func inBubble(t *testing.T, actions []integrations.Action, prepare func(*rig), test func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &rig{shell: &screentest.Shell{}, deck: &screentest.Deck{ActionSet: actions}}
		r.env = &screen.Env{Ctx: ctx, Deck: r.deck, Shell: r.shell, Now: time.Now, Stamp: r.deck.Stamp, Motion: true, Theme: theme.New(theme.Options{Dark: true})}
		if prepare != nil {
			prepare(r)
		}
		s, ok := New(r.env, "demo").(*Screen)
		if !ok {
			t.Fatal("New returns another type")
		}
		r.screen = s
		r.loop = &screentest.Loop{Update: func(m tea.Msg) tea.Cmd {
			cmd, handled := s.Update(m)
			if _, key := m.(tea.KeyPressMsg); key && !handled {
				r.unused++
			}
			return cmd
		}}
		r.loop.Do(s.Init())
		r.loop.Settle()
		test(t, r)
		s.Close()
		cancel()
		r.loop.Wait()
	})
}

// sent is what matters of a request to run.
type sent struct {
	On, Action string
	Texts      map[string]string
	Dry        bool
}

func (r *rig) sent() []sent {
	var list []sent
	for _, q := range r.deck.Runs {
		list = append(list, sent{q.Connection, q.Action, q.Texts, q.DryRun})
	}
	return list
}

// demo are the actions of the demo integration, and one with every kind of parameter.
func demo() []integrations.Action {
	return []integrations.Action{
		{Name: "me", Label: "Who am I", Description: "Asks the API who the token belongs to.", Sample: json.RawMessage(`{"sub":"ada","email":"ada@example.com"}`)},
		{Name: "list-notes", Label: "List notes", Description: "Lists the notes of the account."},
		{
			Name: "add-note", Label: "Add a note", Description: "Adds one note to the account.",
			Params: []integrations.Param{{Name: "text", Label: "Text", Type: "String", Required: true, Description: "what to write down"}},
		},
		{
			Name: "search", Label: "Search messages", Description: "Finds messages.", Destructive: true,
			Params: []integrations.Param{
				{Name: "query", Label: "Query", Type: "String", Required: true},
				{Name: "limit", Label: "Limit", Type: "Number", Default: float64(25)},
				{Name: "unread", Label: "Unread only", Type: "Boolean"},
				{Name: "sort", Label: "Sort by", Type: "String", Options: []any{"date", map[string]any{"value": "from", "label": "sender"}}},
				{Name: "filter", Label: "Filter", Type: "Object"},
				{Name: "tags", Label: "Tags", Type: "Array<String>"},
			},
		},
	}
}

// notes is an answer long enough to scroll.
func notes(n int) json.RawMessage {
	var list []map[string]any
	for i := range n {
		list = append(list, map[string]any{"id": i + 1, "text": fmt.Sprintf("note %d, with words that go on for long enough to be cut at the edge of the pane", i+1), "done": i%2 == 0})
	}
	b, err := json.Marshal(map[string]any{"notes": list})
	if err != nil {
		panic(err)
	}
	return b
}

func answers(result json.RawMessage, status int, err error) func(context.Context, connections.RunRequest) (connections.RunResult, error) {
	return func(context.Context, connections.RunRequest) (connections.RunResult, error) {
		time.Sleep(184 * time.Millisecond)
		return connections.RunResult{
			Result: result, Duration: 184 * time.Millisecond, Status: status,
			Exchanges: []oauthflow.Exchange{{
				Method: "GET", URL: "http://127.0.0.1:40001/api/notes", Status: status, Duration: 180 * time.Millisecond,
				RequestHeader:  http.Header{"Authorization": {"Bearer •••"}, "Accept": {"application/json"}},
				ResponseHeader: http.Header{"Content-Type": {"application/json"}}, ResponseBytes: int64(len(result)),
			}},
		}, err
	}
}

// pass lets time go by, with the shell's ticks.
func (r *rig) pass(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(min(200*time.Millisecond, time.Until(end)))
		r.loop.Settle()
		if r.screen.Every() > 0 {
			r.loop.Send(screen.Tick{Now: time.Now()})
		}
	}
}

func hangs(ctx context.Context, _ connections.RunRequest) (connections.RunResult, error) {
	<-ctx.Done()
	return connections.RunResult{}, ctx.Err()
}

func keyOf(name string) tea.KeyPressMsg { return screentest.Key(name) }

// runAll runs a command and those that it is made of.
func runAll(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if batch, ok := cmd().(tea.BatchMsg); ok {
		for _, c := range batch {
			runAll(c)
		}
	}
}
