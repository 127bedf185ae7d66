package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"authdeck/store/watch"
)

// sharedOptions are those of a process of TestShare: its history is not cut, so that no event may be missing.
func sharedOptions() Options {
	o := options()
	o.HistoryLimit = 1 << 20
	o.Notify = watch.File
	if !long() {
		o.Timeout = shareMost
	}
	return o
}

// shareMost bounds each wait of the short setting, which also runs where others use the processors: there the second that
// is promised is not the store's to keep. The long setting holds it to that second.
const shareMost = 10 * time.Second

// did is one operation that changed the store, as its process tells it.
type did struct {
	What       string // put, delete, intent, append, setting, count
	ID         string
	Generation uint64
	Name       string
	Rotations  int
	Text       string
}

// mixedOps is what a process of TestShare does, each in its turn.
var mixedOps = []string{
	"get", "find", "list", "put", "rename", "new", "delete", "intent", "append", "setting", "lock", "trylock", "race", "watch",
}

// worker is a process of TestShare.
type worker struct {
	b       *Bolt
	n       int
	rand    *rand.Rand
	own     []Connection
	serial  int
	changes <-chan struct{}
	longest map[string]time.Duration
	lines   []string
	locked  bool // somebody locks all connections now and then
}

// childMixed does a number of mixed operations, and tells then what it did. "locked" behind their number says that rekeys go on.
func childMixed(ctx context.Context, dir, argument string) error {
	argument, locked := strings.CutSuffix(argument, " locked")
	first, second, _ := strings.Cut(argument, " ")
	n, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	ops, err := strconv.Atoi(second)
	if err != nil {
		return err
	}
	b, err := Open(ctx, dir, sharedOptions())
	if err != nil {
		return err
	}
	w := &worker{b: b, n: n, rand: rand.New(rand.NewPCG(uint64(n), 5)), longest: map[string]time.Duration{}, locked: locked}
	if w.changes, err = b.Watch(ctx); err != nil {
		return err
	}
	for range 2 {
		if err := w.do(ctx, "new"); err != nil {
			return err
		}
	}
	for i, order := 0, []int(nil); i < ops; i++ {
		if i%len(mixedOps) == 0 {
			order = w.rand.Perm(len(mixedOps))
		}
		what := mixedOps[order[i%len(mixedOps)]]
		if err := w.do(ctx, what); err != nil {
			return fmt.Errorf("operation %d, %s: %w", i, what, err)
		}
	}
	for what, d := range w.longest {
		w.lines = append(w.lines, fmt.Sprintf("longest %s %d", what, d))
	}
	_, err = fmt.Fprintln(os.Stdout, strings.Join(append(w.lines, "end"), "\n"))
	return err
}

func (w *worker) did(d did) error {
	text, err := json.Marshal(d)
	w.lines = append(w.lines, "did "+string(text))
	return err
}

func (w *worker) didPut(c Connection) error {
	return w.did(did{What: "put", ID: c.ID, Generation: c.Generation, Name: c.Name, Rotations: c.Grant.Rotations})
}

// timed notes how long a call took.
func (w *worker) timed(what string, fn func() error) error {
	began := time.Now()
	err := fn()
	w.longest[what] = max(w.longest[what], time.Since(began))
	return err
}

func (w *worker) next(what string) string {
	w.serial++
	return fmt.Sprintf("%s of %d, %d", what, w.n, w.serial)
}

func (w *worker) do(ctx context.Context, what string) error {
	i := 0
	if len(w.own) > 0 {
		i = w.rand.IntN(len(w.own))
	}
	switch what {
	case "get":
		return w.read(what, w.own[i], func() (Connection, error) { return w.b.Get(ctx, w.own[i].ID) })
	case "find":
		return w.read(what, w.own[i], func() (Connection, error) { return w.b.Find(ctx, w.own[i].Name) })
	case "list":
		return w.list(ctx)
	case "put":
		w.own[i].Grant.Rotations++
		return w.put(ctx, what, i, Write{Events: []Event{{Event: "put"}}})
	case "rename":
		w.own[i].Name = w.next("renamed")
		return w.put(ctx, what, i, Write{})
	case "new":
		w.own = append(w.own, Connection{Name: w.next("new")})
		return w.put(ctx, what, len(w.own)-1, Write{})
	case "delete":
		return w.delete(ctx, i)
	case "intent":
		return w.intent(ctx, i)
	case "append":
		return w.append(ctx)
	case "setting":
		return w.setting(ctx)
	case "lock":
		return w.count(ctx)
	case "trylock":
		return w.try(ctx, i)
	case "race":
		return w.race(ctx)
	}
	return w.watch(ctx)
}

// read wants back what this process wrote last.
func (w *worker) read(what string, want Connection, fn func() (Connection, error)) error {
	return w.timed(what, func() error {
		got, err := fn()
		if err == nil && (got.ID != want.ID || got.Generation != want.Generation || got.Name != want.Name || got.Grant.Rotations != want.Grant.Rotations) {
			err = fmt.Errorf("read generation %d of %q, wrote %d of %q", got.Generation, got.Name, want.Generation, want.Name)
		}
		return err
	})
}

func (w *worker) list(ctx context.Context) error {
	var list []Summary
	err := w.timed("list", func() (err error) { list, err = w.b.List(ctx); return err })
	there := map[string]uint64{}
	for _, s := range list {
		there[s.ID] = s.Generation
	}
	for _, c := range w.own {
		if err == nil && there[c.ID] != c.Generation {
			err = fmt.Errorf("listed generation %d of %q, wrote %d", there[c.ID], c.Name, c.Generation)
		}
	}
	return err
}

func (w *worker) put(ctx context.Context, what string, i int, write Write) error {
	err := w.timed(what, func() (err error) { w.own[i], err = w.b.Put(ctx, w.own[i], write); return err })
	if err != nil {
		return err
	}
	return w.didPut(w.own[i])
}

func (w *worker) delete(ctx context.Context, i int) error {
	if len(w.own) < 2 {
		if err := w.do(ctx, "new"); err != nil {
			return err
		}
	}
	id := w.own[i].ID
	if err := w.timed("delete", func() error { return w.b.Delete(ctx, id, Write{}) }); err != nil {
		return err
	}
	w.own = append(w.own[:i], w.own[i+1:]...)
	return w.did(did{What: "delete", ID: id})
}

// intent sets one, and every second time writes the answer that clears it.
func (w *worker) intent(ctx context.Context, i int) error {
	c := w.own[i]
	err := w.timed("intent", func() error { return w.b.SetIntent(ctx, c.ID, &Intent{Generation: c.Generation, Sent: true}) })
	if err != nil {
		return err
	}
	if w.rand.IntN(2) == 0 {
		return w.did(did{What: "intent", ID: c.ID, Generation: c.Generation})
	}
	w.own[i].Grant.Rotations++
	if err := w.put(ctx, "put", i, Write{ClearIntent: true}); err != nil {
		return err
	}
	return w.did(did{What: "intent", ID: c.ID})
}

// append adds to the history of a connection that all share.
func (w *worker) append(ctx context.Context) error {
	shared, err := w.b.Find(ctx, sharedName(w.rand.IntN(sharedConnections)))
	if err != nil {
		return err
	}
	text := w.next("event")
	err = w.timed("append", func() error { return w.b.Append(ctx, Event{ID: shared.ID, Event: "append", Detail: text}) })
	if err != nil {
		return err
	}
	return w.did(did{What: "append", ID: shared.ID, Text: text})
}

func (w *worker) setting(ctx context.Context) error {
	text := w.next("value")
	key := "key of " + strconv.Itoa(w.n)
	err := w.timed("setting", func() error { return w.b.PutSetting(ctx, "shared", key, text) })
	if err != nil {
		return err
	}
	var got string
	if err := w.b.Setting(ctx, "shared", key, &got); err != nil || got != text {
		return fmt.Errorf("setting is %q, wrote %q: %w", got, text, err)
	}
	return w.did(did{What: "setting", Name: key, Text: text})
}

// count counts a shared connection up, under the connection's lock.
func (w *worker) count(ctx context.Context) error {
	name := sharedName(w.rand.IntN(sharedConnections))
	shared, err := w.b.Find(ctx, name)
	if err != nil {
		return err
	}
	var unlock Unlock
	if err := w.timed("lock", func() (err error) { unlock, err = w.b.Lock(ctx, shared.ID); return err }); err != nil {
		return err
	}
	defer unlock()
	if shared, err = w.b.Get(ctx, shared.ID); err != nil {
		return err
	}
	shared.Grant.Rotations++
	if shared, err = w.b.Put(ctx, shared, Write{}); err != nil {
		return err
	}
	return errors.Join(w.didPut(shared), w.did(did{What: "count", Name: name}))
}

// try takes a lock that nobody else wants, which must be free.
func (w *worker) try(ctx context.Context, i int) error {
	return w.timed("trylock", func() error {
		unlock, ok, err := w.b.TryLock(ctx, w.own[i].ID)
		switch {
		case err != nil:
			return err
		case ok:
			unlock()
		case !w.locked: // nobody else has a reason to lock it
			return errors.New("TryLock did not get a lock that is free")
		}
		return nil
	})
}

// race changes a connection that all change without a lock; that another was first is an answer and no failure.
func (w *worker) race(ctx context.Context) error {
	c, err := w.b.Find(ctx, racedName)
	if err != nil {
		return err
	}
	c.Grant.Rotations++
	err = w.timed("race", func() error { c, err = w.b.Put(ctx, c, Write{}); return err })
	if errors.Is(err, ErrStale) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.didPut(c)
}

// watch writes and waits to be told.
func (w *worker) watch(ctx context.Context) error {
	select {
	case <-w.changes:
	default:
	}
	if err := w.setting(ctx); err != nil {
		return err
	}
	return w.timed("watch", func() error {
		select {
		case <-w.changes:
			return nil
		case <-time.After(2 * time.Second):
			return errors.New("no word of a write")
		}
	})
}
