package connections_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/secret"
	"authdeck/store"
)

// TestPresets: kept by action, as they went in.
func TestPresets(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	save := func(name string, params map[string]any) error {
		return b.SavePreset(t.Context(), "example", "add", connections.Preset{Name: name, Params: params, Texts: map[string]string{"t": "x"}})
	}
	for _, name := range []string{"zoo", "mail", "zoo"} {
		if err := save(name, map[string]any{"n": json.Number("12345678901234567890"), "s": "hunter2"}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := b.Presets(t.Context(), "example", "add")
	if err != nil || len(list) != 2 || list[0].Name != "mail" || list[1].Name != "zoo" || list[0].Saved.IsZero() {
		t.Fatalf("%+v %v", list, err)
	}
	want := connections.Values{"n": json.Number("12345678901234567890"), "s": "hunter2"}
	if diff := cmp.Diff(want, list[1].Params); diff != "" || list[1].Texts["t"] != "x" {
		t.Error(diff)
	}
	if other, err := b.Presets(t.Context(), "example", "list"); err != nil || len(other) > 0 {
		t.Errorf("%v %v", other, err)
	}
	if _, err := b.Preset(t.Context(), "example", "add", "mial"); kindOf(t, err) != connections.KindNotFound || !strings.Contains(hintOf(err), "mail") {
		t.Errorf("%v, %s", err, hintOf(err))
	}
	if err := b.RemovePreset(t.Context(), "example", "add", "lost"); kindOf(t, err) != connections.KindNotFound {
		t.Errorf("%v", err)
	}
	if err := b.RemovePreset(t.Context(), "example", "add", "zoo"); err != nil {
		t.Error(err)
	}
	if p, err := b.Preset(t.Context(), "example", "add", "mail"); err != nil || p.Name != "mail" {
		t.Errorf("%v %v", p, err)
	}
	for name, params := range map[string]map[string]any{
		"": nil, "a\nb": nil, "masked": {"s": secret.Mask}, "large": {"s": strings.Repeat("x", 1<<20)}, "no JSON": {"f": func() {}},
	} {
		if err := save(name, params); kindOf(t, err) != connections.KindUsage {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := b.ClearConfig(t.Context(), "example"); err != nil {
		t.Fatal(err)
	}
	if list, err := b.Presets(t.Context(), "example", "add"); err != nil || len(list) > 0 {
		t.Errorf("the integration is gone, its presets are not: %v %v", list, err)
	}
}

func hintOf(err error) string {
	var e *connections.Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

// echo answers with what it was given, the token included, as providers do.
func echo(r integrations.ActionRequest) (integrations.ActionResult, error) {
	out := integrations.ActionResult{Exchanges: exchange("POST", 201), Duration: time.Millisecond}
	if r.Params["fail"] != nil {
		return out, &integrations.ActionError{Status: 422, Message: "not with " + r.Kept.AccessToken.Reveal()}
	}
	raw, err := json.Marshal(map[string]any{"token": r.Kept.AccessToken.Reveal(), "params": r.Params, "dots": secret.Mask})
	out.Result = raw
	return out, err
}

// TestPastRuns: what it takes to run an action again and what came of it, without any token.
func TestPastRuns(t *testing.T) {
	t.Parallel()
	b := callBench(t, &calling{}, echo)
	b.p.info.Inputs = []integrations.Input{{Name: "client_secret", Secret: true}}
	if err := b.SetConfig(t.Context(), "example", integrations.Config{"client_secret": secret.New("sesame-1234")}); err != nil {
		t.Fatal(err)
	}
	b.put("work", 0, time.Hour, func(c *store.Connection) {
		c.Grant.AccessToken = secret.New("tok/en+\"é-1234")
		c.UserData = json.RawMessage(`{"team":"blue","bot":[{"access_token":"bot-9876"}]}`)
	})
	run := func(params map[string]any, texts map[string]string) {
		t.Helper()
		_, _ = b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Params: params, Texts: texts})
	}
	run(map[string]any{"n": json.Number("1.50"), "s": "sesame-1234"}, map[string]string{"t": "x tok/en+\"é-1234", "bot": "blue bot-9876"})
	run(map[string]any{"fail": true}, nil)
	if err := b.Rename(t.Context(), "work", "home"); err != nil {
		t.Fatal(err)
	}
	list, err := b.PastRuns(t.Context(), "example", "list")
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v %v", list, err)
	}
	failed, first := list[0], list[1]
	if failed.Message == "" || failed.HasResult || failed.Status != 201 || failed.Connection != "home" {
		t.Errorf("%+v", failed)
	}
	if first.Message != "" || !first.HasResult || first.ResultSize == 0 || first.Duration != time.Millisecond || first.Time.IsZero() || first.Action != "list" {
		t.Errorf("%+v", first)
	}
	if diff := cmp.Diff(connections.Values{"n": json.Number("1.50"), "s": "[secret]"}, first.Params); diff != "" || first.Texts["t"] != "x [secret]" || first.Texts["bot"] != "blue [secret]" {
		t.Errorf("%q %s", first.Texts, diff)
	}
	result, err := b.LastResult(t.Context(), "example", "list", "home")
	if err != nil || !json.Valid(result) || !strings.Contains(string(result), `"token":"[secret]"`) {
		t.Errorf("%s %v", result, err)
	}
	all := string(result) + fmt.Sprint(list)
	for _, s := range []string{"tok/en", "1234", "9876", secret.Mask} {
		if strings.Contains(all, s) {
			t.Errorf("%q is kept: %s", s, all)
		}
	}
	if none, err := b.LastResult(t.Context(), "example", "list", "other"); err != nil || none != nil {
		t.Errorf("%s %v", none, err)
	}
	if err := b.Remove(t.Context(), "home"); err != nil {
		t.Fatal(err)
	}
	if list, err := b.PastRuns(t.Context(), "example", "list"); err != nil || len(list) > 0 {
		t.Errorf("the connection is gone, its runs are not: %+v %v", list, err)
	}
	if left, err := b.store.Settings(t.Context(), "results"); err != nil || len(left) > 0 {
		t.Errorf("%d results are left, %v", len(left), err)
	}
}

// TestPastRuns_RemovedMeanwhile: of a connection that is removed while its action runs, nothing is kept.
func TestPastRuns_RemovedMeanwhile(t *testing.T) {
	t.Parallel()
	var b *bench
	b = callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		if err := b.Remove(t.Context(), "work"); err != nil {
			t.Error(err)
		}
		return integrations.ActionResult{Result: json.RawMessage(`{"balance":5}`), Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	if _, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list"}); err != nil {
		t.Error(err)
	}
	if list, err := b.PastRuns(t.Context(), "example", "list"); err != nil || len(list) > 0 {
		t.Errorf("%+v %v", list, err)
	}
}

// TestPastRuns_Bounds: twenty an action, a result of 256 KB, 1 MB of them, and 64 KB of parameters.
func TestPastRuns_Bounds(t *testing.T) {
	t.Parallel()
	size := 100
	b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		return integrations.ActionResult{Result: jsonOf(t, strings.Repeat("x", size-2)), Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	run := func(n int, text string) []connections.PastRun {
		t.Helper()
		for range n {
			if _, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Params: map[string]any{"t": text}}); err != nil {
				t.Fatal(err)
			}
		}
		list, err := b.PastRuns(t.Context(), "example", "list")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	results := func(list []connections.PastRun, apart int) (n int) {
		t.Helper()
		for _, r := range list {
			raw, err := b.PastResult(t.Context(), "example", r)
			if (err == nil) != r.HasResult || err == nil && len(raw) != r.ResultSize {
				t.Errorf("run %+v: %d bytes, %v", r, len(raw), err)
			}
			if r.HasResult {
				n++
			}
		}
		kept, err := b.store.Settings(t.Context(), "results")
		if err != nil || len(kept) != apart {
			t.Errorf("%d results lie apart, want %d, %v", len(kept), apart, err)
		}
		return n
	}
	if list := run(23, "x"); len(list) != 20 || results(list, 0) != 20 {
		t.Errorf("%d runs", len(list))
	}
	size = 256 << 10
	if list := run(6, "x"); len(list) != 20 || results(list, 4) != 18 {
		t.Errorf("%d runs", len(list))
	}
	size++
	list := run(1, strings.Repeat("t", 64<<10))
	if r := list[0]; r.HasResult || r.ResultSize != size || !r.InputsCut || r.Params != nil || results(list, 4) != 17 {
		t.Errorf("has %v of %d, cut %v", r.HasResult, r.ResultSize, r.InputsCut)
	}
	size = 100
	if list := run(20, "x"); len(list) != 20 || results(list, 0) != 20 {
		t.Errorf("%d runs", len(list))
	}
	size = 256 << 10
	run(1, "x")
	if err := b.ForgetRuns(t.Context(), "example", "list"); err != nil {
		t.Fatal(err)
	}
	if list := run(0, ""); len(list) > 0 || results(list, 0) > 0 {
		t.Errorf("%d runs", len(list))
	}
}

// stuck is a store whose settings cannot be written.
type stuck struct{ store.Store }

func (s stuck) PutSetting(context.Context, string, string, any) error { return store.ErrDiskFull }

// TestPastRuns_CannotBeKept: a full disk is no failure of a run.
func TestPastRuns_CannotBeKept(t *testing.T) {
	t.Parallel()
	c := &calling{}
	b := newBench(t, func(s store.Store) store.Store { return stuck{s} }, func(p *provider) integrations.Integration {
		c.able = &able{provider: p, run: echo, actions: []integrations.Action{{Name: "list", SignIn: true}}}
		return c
	})
	b.put("work", 0, time.Hour)
	if r, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list"}); err != nil || r.Status != 201 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestPastRuns_LongInputs: what is too long to be kept is not looked through for secrets either, which would keep who ran it waiting.
func TestPastRuns_LongInputs(t *testing.T) { // not beside others: it measures memory
	b := callBench(t, &calling{}, func(integrations.ActionRequest) (integrations.ActionResult, error) {
		return integrations.ActionResult{Result: json.RawMessage(`1`), Exchanges: exchange("GET", 200)}, nil
	})
	b.put("work", 0, time.Hour)
	const size = 16 << 20
	texts := map[string]string{"t": strings.Repeat("access-0", size/8)}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "list", Texts: texts}); err != nil {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 4*size+size/2 {
		t.Errorf("it takes %d MB of %d", took>>20, size>>20)
	}
	list, err := b.PastRuns(t.Context(), "example", "list")
	if err != nil || len(list) == 0 || !list[0].InputsCut || list[0].Texts != nil {
		t.Errorf("%+v %v", list, err)
	}
}
