package connections_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/oauthflow"
	"authdeck/store"
)

// calling is an integration whose actions, hidden ones and own calls are a test's.
type calling struct {
	*able
	hidden  []integrations.Action
	hosts   []string
	request func(integrations.OwnRequest) (integrations.ActionResult, error)
}

func (c *calling) HiddenAction(name string) (integrations.Action, bool) {
	for _, a := range c.hidden {
		if a.Name == name {
			return a, true
		}
	}
	return integrations.Action{}, false
}

func (c *calling) APIHosts(integrations.Config) []string { return c.hosts }

func (c *calling) Request(_ context.Context, r integrations.OwnRequest) (integrations.ActionResult, error) {
	return c.request(r)
}

// callBench is a bench of one with these calls; each action needs a sign-in.
func callBench(t *testing.T, c *calling, run func(integrations.ActionRequest) (integrations.ActionResult, error)) *bench {
	t.Helper()
	return newBench(t, nil, func(p *provider) integrations.Integration {
		c.able = &able{provider: p, run: run, actions: []integrations.Action{{Name: "list", SignIn: true, Paged: true, Scopes: []string{"read", "admin or root", "files:write"}}}}
		return c
	})
}

func exchange(method string, status int) []oauthflow.Exchange {
	return []oauthflow.Exchange{{Method: method, URL: "https://api.example/things", Status: status}}
}

// TestRun_Pages: as many as are asked for, one after the other, joined.
func TestRun_Pages(t *testing.T) {
	t.Parallel()
	lists := []string{`[1,2]`, ` [ ] `, `[3]`, `[4]`}
	objects := []string{`{"a":1}`, `null`, ``, `{"b":2}`}
	for _, c := range []struct {
		name  string
		pages []string
		page  string
		most  int
		want  string
		next  string
		calls string
	}{
		{"one without a word", lists, "", 0, `[1,2]`, "1", " "},
		{"the second", lists, "1", 1, ` [ ] `, "2", "1 "},
		{"three lists", lists, "", 3, `[1,2,3]`, "3", " 1 2 "},
		{"all", lists, "", connections.AllPages, `[1,2,3,4]`, "", " 1 2 3 "},
		{"more than there are", lists, "2", 9, `[3,4]`, "", "2 3 "},
		{"others as a list of them", objects, "", connections.AllPages, `[{"a":1},null,null,{"b":2}]`, "", " 1 2 3 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			calls := ""
			b := callBench(t, &calling{}, func(r integrations.ActionRequest) (integrations.ActionResult, error) {
				calls += r.Page + " "
				at, _ := strconv.Atoi(r.Page)
				out := integrations.ActionResult{Result: json.RawMessage(c.pages[at]), Exchanges: exchange("GET", 200), Duration: time.Millisecond}
				if at+1 < len(c.pages) {
					out.Next = strconv.Itoa(at + 1)
				}
				return out, nil
			})
			b.put("work", 0, time.Hour)
			r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Page: c.page, Pages: c.most})
			if err != nil || string(r.Result) != c.want || r.Next != c.next || calls != c.calls {
				t.Errorf("%s, next %q, calls %q, %v; want %s, %q, %q", r.Result, r.Next, calls, err, c.want, c.next, c.calls)
			}
			if n := strings.Count(c.calls, " "); r.Pages != n || len(r.Exchanges) != n || r.Duration != time.Duration(n)*time.Millisecond || r.Began.IsZero() {
				t.Errorf("%d pages, %d exchanges, %s from %s", r.Pages, len(r.Exchanges), r.Duration, r.Began)
			}
		})
	}
}

// TestRun_PagesEnd: a provider that turns in a circle, and one that fails half-way, end it; what came stays.
func TestRun_PagesEnd(t *testing.T) {
	t.Parallel()
	n := 0
	b := callBench(t, &calling{}, func(r integrations.ActionRequest) (integrations.ActionResult, error) {
		n++
		next := map[string]string{"": "a", "a": "b", "b": "a"}[r.Page]
		if r.Page == "b" && n > 3 {
			return integrations.ActionResult{Exchanges: exchange("GET", 500)}, &integrations.ActionError{Status: 500, Message: "no"}
		}
		return integrations.ActionResult{Result: json.RawMessage(`[1]`), Next: next, Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Pages: connections.AllPages})
	if err != nil || string(r.Result) != `[1,1,1]` || r.Next != "" {
		t.Errorf("%s %q %v", r.Result, r.Next, err)
	}
	r, err = b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Pages: connections.AllPages})
	if kindOf(t, err) != connections.KindAction || string(r.Result) != `[1,1]` || r.Next != "b" || r.Pages != 2 {
		t.Errorf("%s %q %v", r.Result, r.Next, err)
	}
}

// TestRun_LedAway: a page, or a call, of another host is told as what it is; what came before stays.
func TestRun_LedAway(t *testing.T) {
	t.Parallel()
	outside := fmt.Errorf("%w: evil.example", integrations.ErrOutsideHosts)
	c := &calling{hosts: []string{"api.example"}, request: func(integrations.OwnRequest) (integrations.ActionResult, error) {
		return integrations.ActionResult{}, outside
	}}
	b := callBench(t, c, func(r integrations.ActionRequest) (integrations.ActionResult, error) {
		if r.Page != "" {
			return integrations.ActionResult{}, outside
		}
		return integrations.ActionResult{Result: json.RawMessage(`[1]`), Next: "https://evil.example/2", Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Pages: connections.AllPages})
	if kindOf(t, err) != connections.KindAction || !strings.Contains(err.Error(), "evil.example") || string(r.Result) != `[1]` {
		t.Errorf("%s %v", r.Result, err)
	}
	if _, err = b.Request(t.Context(), connections.CallRequest{Connection: "work", Method: "GET", URL: "/me"}); kindOf(t, err) != connections.KindUsage {
		t.Error(err)
	}
}

// TestRun_PagesOfMuchAndNothing: answers that are large count, also where nothing of them is the result; each stays in memory.
func TestRun_PagesOfMuchAndNothing(t *testing.T) {
	t.Parallel()
	n := 0
	b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		n++
		x := exchange("GET", 200)
		x[0].ResponseBytes = 30 << 20
		return integrations.ActionResult{Result: json.RawMessage(`[]`), Next: strconv.Itoa(n), Exchanges: x}, nil
	})
	b.put("work", 0, time.Hour)
	r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Pages: connections.AllPages})
	if err != nil || r.Pages != 3 || r.Next != "3" {
		t.Errorf("%d pages, next %q, %v", r.Pages, r.Next, err)
	}
}

// TestRun_Waits: a 429 is waited for where the caller allows it, told with its end, and tried again a few times.
func TestRun_Waits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		method string
		busy   int // answers of 429
		after  time.Duration
		wait   time.Duration
		tries  int
		took   time.Duration
		kind   connections.Kind
	}{
		{"waited and done", "POST", 1, 7 * time.Second, time.Minute, 2, 7 * time.Second, ""},
		{"twice", "GET", 2, 7 * time.Second, time.Minute, 3, 14 * time.Second, ""},
		{"not allowed", "GET", 1, 7 * time.Second, 0, 1, 0, connections.KindAction},
		{"longer than allowed", "GET", 1, 7 * time.Second, 6 * time.Second, 1, 0, connections.KindAction},
		{"the waits of a run count together", "GET", 9, 7 * time.Second, 20 * time.Second, 3, 14 * time.Second, connections.KindAction},
		{"a few tries and no more", "GET", 9, time.Second, time.Hour, 4, 3 * time.Second, connections.KindAction},
		{"longer than the action has", "GET", 9, 6 * time.Minute, time.Hour, 1, 0, connections.KindAction},
		{"the host does not say", "GET", 1, 0, time.Minute, 1, 0, connections.KindAction},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
					if tries++; tries <= c.busy {
						return integrations.ActionResult{Exchanges: exchange(c.method, 429)}, &integrations.ActionError{Status: 429, Message: "slow down", RetryAfter: c.after}
					}
					return integrations.ActionResult{Result: json.RawMessage(`1`), Exchanges: exchange(c.method, 200)}, nil
				})
				b.put("work", 0, time.Hour)
				began, told := time.Now(), 0
				_, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Wait: c.wait, Progress: func(p connections.RunProgress) {
					if p.Stage == connections.StageWaiting {
						told++
						if until := p.Until.Sub(b.clock.Wall()); until != c.after || p.Page != 1 {
							t.Errorf("page %d waits for %s", p.Page, until)
						}
					}
				}})
				if kindOf(t, err) != c.kind || tries != c.tries || time.Since(began) != c.took || told != c.tries-1 {
					t.Errorf("%v, %d tries in %s, told %d times", err, tries, time.Since(began), told)
				}
			})
		})
	}
}

// TestRun_WaitsNotTwice: what was done before the 429 is not done again.
func TestRun_WaitsNotTwice(t *testing.T) {
	t.Parallel()
	tries := 0
	b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		tries++
		return integrations.ActionResult{Exchanges: append(exchange("POST", 201), exchange("GET", 429)...)}, &integrations.ActionError{Status: 429, Message: "slow down", RetryAfter: time.Second}
	})
	b.put("work", 0, time.Hour)
	if _, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Wait: time.Minute}); kindOf(t, err) != connections.KindAction || tries != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
}

// TestRun_Cancelled: while it waits, while it runs, and between a 401 and its replay: no further request.
func TestRun_Cancelled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		err       error
		hook      bool // cancelled during the action, else during the wait or the refresh
		refreshes int
	}{
		{"while it waits", &integrations.ActionError{Status: 429, Message: "slow down", RetryAfter: time.Minute}, false, 0},
		{"while it runs", &integrations.ActionError{Status: 401, Message: "no", Unauthorized: true}, true, 0},
		{"while it refreshes", &integrations.ActionError{Status: 401, Message: "no", Unauthorized: true}, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				tries := 0
				b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
					tries++
					if c.hook {
						cancel()
					} else {
						time.AfterFunc(time.Second, cancel)
					}
					return integrations.ActionResult{Exchanges: exchange("GET", 401)}, c.err
				})
				b.p.refresh = []answer{{delay: 2 * time.Second}}
				conn := b.put("work", 0, time.Hour)
				_, err := b.Run(ctx, connections.RunRequest{Connection: "work", Action: "list", Wait: time.Hour})
				if kindOf(t, err) != connections.KindCanceled || tries != 1 || b.p.requests() != c.refreshes {
					t.Errorf("%v after %d tries and %d refreshes", err, tries, b.p.requests())
				}
				time.Sleep(5 * time.Second) // the refresh that had begun is finished, and its answer kept
				if got := b.get(conn.ID).Grant.AccessToken.Reveal(); tries != 1 || c.refreshes == 1 && got != "access-1" {
					t.Errorf("%d tries, token %s", tries, got)
				}
			})
		})
	}
}

// TestRun_CancelledBetweenPages: a page that came is the last, and is kept.
func TestRun_CancelledBetweenPages(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tries := 0
	b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		tries++
		cancel()
		return integrations.ActionResult{Result: json.RawMessage(`[1]`), Next: "2", Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	r, err := b.Run(ctx, connections.RunRequest{Connection: "work", Action: "list", Pages: connections.AllPages})
	if kindOf(t, err) != connections.KindCanceled || tries != 1 || string(r.Result) != `[1]` || r.Next != "2" {
		t.Errorf("%v after %d tries: %s, next %q", err, tries, r.Result, r.Next)
	}
}

// TestRun_Stages: each step is told before it begins.
func TestRun_Stages(t *testing.T) {
	t.Parallel()
	b := callBench(t, &calling{}, func(r integrations.ActionRequest) (integrations.ActionResult, error) {
		if r.Kept.AccessToken.Reveal() == "access-0" {
			return integrations.ActionResult{Exchanges: exchange("GET", 401)}, &integrations.ActionError{Status: 401, Message: "no", Unauthorized: true}
		}
		return integrations.ActionResult{Exchanges: exchange("GET", 200), Next: r.Page + "x"}, nil
	})
	b.put("work", 0, time.Hour)
	var got []string
	_, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Pages: 2, Progress: func(p connections.RunProgress) {
		got = append(got, string(p.Stage)+" "+strconv.Itoa(p.Page))
	}})
	if diff := cmp.Diff([]string{"running 1", "refreshing 1", "running 1", "running 2"}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// TestRun_MissingScopes: a 403 names what is missing, and how to ask for it.
func TestRun_MissingScopes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		named   []string
		granted []string
		never   bool
		want    []string
		hint    string
	}{
		{"named by the answer", []string{"notes"}, []string{"read"}, false, []string{"notes"}, "authdeck login work --scope notes"},
		{"named, with one that is there", []string{"read", "a:b"}, []string{"read"}, false, []string{"a:b"}, "authdeck login work --scope a:b"},
		{"by the action", nil, []string{"read"}, false, []string{"admin", "files:write"}, "authdeck login work --scope admin --scope files:write"},
		{"either suffices", nil, []string{"read", "root"}, false, []string{"files:write"}, "authdeck login work --scope files:write"},
		{"none", nil, []string{"read", "root", "files:write"}, false, nil, "`authdeck show`"},
		{"no word for a shell", []string{"x';rm"}, nil, false, []string{"x';rm"}, `--scope 'x'\'';rm'`},
		{"no scope at all", []string{"a\x1b[31m", "", "ok"}, nil, false, []string{"ok"}, "--scope ok"},
		{"fixed in the console", []string{"notes"}, nil, true, []string{"notes"}, "where the client was made"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
				return integrations.ActionResult{Exchanges: exchange("GET", 403)}, &integrations.ActionError{Status: 403, Message: "no", Scopes: c.named}
			})
			b.p.info.Scopes.Never = c.never
			b.put("work", 0, time.Hour, func(s *store.Connection) { s.ScopesGranted = c.granted })
			_, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list"})
			var e *connections.Error
			if kindOf(t, err) != connections.KindAction || !errors.As(err, &e) || !strings.Contains(e.Hint, c.hint) {
				t.Fatalf("%v %+v", err, e)
			}
			if diff := cmp.Diff(c.want, e.MissingScopes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLogin_ScopeAdded: a sign-in in place asks for the scopes of the grant beside a new one, and what is there stays if the user says no.
func TestLogin_ScopeAdded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                   string
		asked, granted, wanted []string
		want                   string
	}{
		{"old ones and the new", []string{"read"}, []string{"read"}, []string{"notes", "read"}, "read notes"},
		{"nothing new", []string{"read"}, nil, nil, "read"},
		{"only the granted ones are known", nil, []string{"read"}, []string{"notes"}, "read notes"},
		{"none is known", nil, nil, []string{"notes"}, "read write notes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			conn := b.put("work", 0, time.Hour, func(s *store.Connection) { s.ScopesAsked, s.ScopesGranted = c.asked, c.granted })
			l, err := b.Login(t.Context(), connections.LoginRequest{Connection: "work", Scopes: c.wanted})
			if err != nil {
				t.Fatal(err)
			}
			l.Cancel()
			if got := strings.Join(b.p.urls[0].Scopes, " "); got != c.want {
				t.Errorf("asks for %q, want %q", got, c.want)
			}
			now := b.get(conn.ID)
			if now.Generation != conn.Generation || now.Grant.AccessToken.Reveal() != "access-0" {
				t.Errorf("%+v", now)
			}
		})
	}
}

// TestRun_ManyRefused: 16 runs whose token is refused at once, or one after the other, refresh once between them; each is replayed once.
func TestRun_ManyRefused(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST"} {
		for _, spread := range []time.Duration{0, 300 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				tries := map[string]int{}
				number := 0
				b := callBench(t, &calling{}, func(r integrations.ActionRequest) (integrations.ActionResult, error) {
					used := r.Kept.AccessToken.Reveal()
					mu.Lock()
					tries[used]++
					number++
					late := time.Duration(number) * spread
					mu.Unlock()
					if used == "access-0" {
						time.Sleep(late) // refused before and after the others have refreshed
						return integrations.ActionResult{Exchanges: exchange(method, 401)}, &integrations.ActionError{Status: 401, Unauthorized: true}
					}
					return integrations.ActionResult{Exchanges: exchange(method, 200), Result: json.RawMessage(`1`)}, nil
				})
				b.p.refresh = []answer{{delay: 2 * time.Second}}
				b.put("work", 0, time.Hour)
				var runs sync.WaitGroup
				for range 16 {
					runs.Go(func() {
						if r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list"}); err != nil || string(r.Result) != "1" {
							t.Errorf("%s %v", r.Result, err)
						}
					})
				}
				runs.Wait()
				if n := b.p.requests(); n != 1 || tries["access-0"] != 16 || tries["access-1"] != 16 {
					t.Errorf("%s, %s apart: %d refreshes, tries %v", method, spread, n, tries)
				}
			})
		}
	}
}
