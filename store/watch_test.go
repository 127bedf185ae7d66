package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"authdeck/store/watch"
)

// openNotified opens the store with a notifier, nil for none.
func openNotified(t testing.TB, dir string, notify func(context.Context, string) (<-chan struct{}, error)) *Bolt {
	t.Helper()
	o := options()
	o.Notify = notify
	b, err := Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWatch(t *testing.T) {
	t.Parallel() // it mostly waits
	dir := folder(t)
	here, elsewhere := open(t, dir), open(t, dir)
	notified := openNotified(t, dir, watch.File)
	memory := NewMemory(Options{})
	for _, c := range []struct {
		name           string
		watcher, other Store
		within         time.Duration
	}{
		{"own write", here, here, 50 * time.Millisecond},
		{"write of another process", here, elsewhere, 200 * time.Millisecond},
		{"own write, notified", notified, notified, 50 * time.Millisecond},
		{"write of another process, notified", notified, elsewhere, 50 * time.Millisecond},
		{"memory", memory, memory, 50 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			changes, err := c.watcher.Watch(ctx)
			if err != nil {
				t.Fatal(err)
			}
			silent := func(what string) {
				t.Helper()
				select {
				case <-changes:
					t.Errorf("told of %s", what)
				case <-time.After(2*watchEvery + 50*time.Millisecond):
				}
			}
			var longest time.Duration
			for i := range 3 {
				if err := c.other.PutSetting(ctx, "s", "k", i); err != nil {
					t.Fatal(err)
				}
				longest = max(longest, wait(t, changes))
				if i == 0 {
					silent("a write twice")
				}
				time.Sleep(watchPause) // the pause after a signal is not what is measured
			}
			if longest > c.within {
				t.Errorf("told after %s, want %s", longest, c.within)
			}
			if _, err := c.other.List(ctx); err != nil {
				t.Fatal(err)
			}
			silent("a read")
			cancel()
			if _, open := <-changes; open {
				t.Error("the channel is not closed")
			}
		})
	}
}

// wait returns how long the next signal took to come.
func wait(t testing.TB, changes <-chan struct{}) time.Duration {
	t.Helper()
	began := time.Now()
	select {
	case _, open := <-changes:
		if !open {
			t.Fatal("the channel is closed")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("no word of a write")
	}
	return time.Since(began)
}

// Many writes at once are few signals, and a write between two looks at the files is never missed.
func TestWatch_Coalesces(t *testing.T) {
	for name, notify := range map[string]func(context.Context, string) (<-chan struct{}, error){"looking": nil, "notified": watch.File} {
		for _, own := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, own %v", name, own), func(t *testing.T) {
				dir := folder(t)
				here := openNotified(t, dir, notify)
				writer := open(t, dir)
				if own {
					writer = here
				}
				changes, err := here.Watch(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				written := make(chan error)
				go func() {
					for i := range 200 {
						if err := writer.PutSetting(t.Context(), "s", "k", i); err != nil {
							written <- err
							return
						}
					}
					written <- nil
				}()
				words, done := 0, false
				for got := 0; !done || got != 199; words++ {
					select {
					case err := <-written:
						if err != nil {
							t.Fatal(err)
						}
						done = true
						words--
						continue
					case <-changes:
					case <-time.After(5 * time.Second):
						t.Fatalf("the last write was not told; got %d", got)
					}
					if err := here.Setting(t.Context(), "s", "k", &got); err != nil && !errors.Is(err, ErrNotFound) {
						t.Fatal(err)
					}
				}
				if most := int(time.Since(began)/watchPause) + 2; words > most {
					t.Errorf("%d signals for 200 writes in %s, want at most %d", words, time.Since(began), most)
				}
			})
		}
	}
}

// childWrite writes once for each line of its input and answers with the time at which that was on disk.
func childWrite(ctx context.Context, b *Bolt) error {
	var n int
	for {
		if _, err := fmt.Fscanln(os.Stdin, &n); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := b.PutSetting(ctx, "s", "k", n); err != nil {
			return err
		}
		fmt.Println(time.Now().UnixNano())
	}
}

// write has a childWrite write, and returns when that was on disk.
func (p *process) write(t testing.TB, n int) time.Time {
	t.Helper()
	if _, err := fmt.Fprintln(p.in, n); err != nil {
		t.Fatal(err)
	}
	ns, err := strconv.ParseInt(p.line(t), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(0, ns)
}

func TestNotify_OfAnotherProcess(t *testing.T) {
	t.Parallel() // it mostly waits
	dir := folder(t)
	here := openNotified(t, dir, watch.File)
	writer := start(t, "write", dir)
	changes, err := here.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	replace := func() {
		lock, err := here.file.acquire(t.Context(), writing)
		if err != nil {
			t.Fatal(err)
		}
		defer lock.release()
		content, err := os.ReadFile(here.Path())
		if err != nil {
			t.Fatal(err)
		}
		if err := writeDurably(here.Path(), content); err != nil {
			t.Fatal(err)
		}
	}
	for n, c := range []struct {
		name string
		do   func(n int) time.Time
	}{
		{"a write", func(n int) time.Time { return writer.write(t, n) }},
		{"the file replaced by another", func(int) time.Time { replace(); return time.Now() }},
		{"a write after that", func(n int) time.Time { return writer.write(t, n) }},
		{"its writer killed before it said so", func(int) time.Time {
			lock, err := here.file.acquire(t.Context(), writing)
			if err != nil {
				t.Fatal(err)
			}
			defer lock.release()
			if err := os.Chtimes(here.Path(), time.Time{}, time.Now()); err != nil {
				t.Fatal(err)
			}
			return time.Now()
		}},
		{"a write after that too", func(n int) time.Time { return writer.write(t, n) }},
	} {
		written := c.do(n)
		wait(t, changes)
		if took := time.Since(written); took > 200*time.Millisecond {
			t.Errorf("%s was told after %s", c.name, took)
		}
		for quiet := false; !quiet; {
			select {
			case <-changes: // the same write again is allowed where the file itself was changed by hand
			case <-time.After(3 * watchEvery):
				quiet = true
			}
		}
	}
}

func TestNotify_GoesOnWithout(t *testing.T) {
	t.Parallel() // it mostly waits
	type notify = func(context.Context, string) (<-chan struct{}, error)
	for _, c := range []struct {
		name   string
		notify notify
		within time.Duration
	}{
		{"room for a watcher", func(context.Context, string) (<-chan struct{}, error) {
			return nil, errors.New("no space left on device")
		}, 200 * time.Millisecond},
		{"a watcher that lasts", func(context.Context, string) (<-chan struct{}, error) {
			gone := make(chan struct{})
			close(gone)
			return gone, nil
		}, 200 * time.Millisecond},
		{"a watcher that tells", func(ctx context.Context, _ string) (<-chan struct{}, error) {
			mute := make(chan struct{})
			go func() { <-ctx.Done(); close(mute) }()
			return mute, nil
		}, watchSeldom + 200*time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t)
			here, elsewhere := openNotified(t, dir, c.notify), open(t, dir)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			changes, err := here.Watch(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := elsewhere.PutSetting(ctx, "s", "k", 1); err != nil {
				t.Fatal(err)
			}
			if took := wait(t, changes); took > c.within {
				t.Errorf("told after %s, want %s", took, c.within)
			}
			cancel()
			for range changes { // its end
				continue
			}
		})
	}
}
