package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authdeck/internal/clock"
)

// setClock is a clock that stands where the test puts it.
type setClock struct{ at atomic.Int64 }

func (c *setClock) Wall() time.Time           { return time.Unix(0, c.at.Load()).UTC() }
func (c *setClock) Mono() time.Duration       { return time.Duration(c.at.Load()) }
func (c *setClock) set(t time.Time)           { c.at.Store(t.UnixNano()) }
func (c *setClock) pass(d time.Duration)      { c.at.Add(int64(d)) }
func (c *setClock) options(o Options) Options { o.Clock = c; return o }

var _ clock.Clock = (*setClock)(nil)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// handouts is a store with one connection and a clock of the test's.
func handouts(t *testing.T) (*Bolt, *setClock, Connection) {
	t.Helper()
	c := &setClock{}
	c.set(noon)
	b, err := Open(t.Context(), folder(t), c.options(options()))
	if err != nil {
		t.Fatal(err)
	}
	return b, c, put(t, b, sample(1), Write{Events: []Event{{Event: "login", Outcome: "ok"}}})
}

func record(t *testing.T, b *Bolt, id, program string, pid int) {
	t.Helper()
	if err := b.RecordHandout(t.Context(), id, Handout{Connection: "connection-1", Program: program, PID: pid}); err != nil {
		t.Fatal(err)
	}
}

func fold(t *testing.T, b *Bolt) (pending []string) {
	t.Helper()
	events, err := b.FoldHandouts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return details(events)
}

func details(events []Event) (list []string) {
	for _, e := range events {
		if e.Event == EventHandout {
			list = append(list, e.Detail)
		}
	}
	return list
}

// folded is what the history says of hand-outs.
func folded(t *testing.T, b *Bolt, id string) []string {
	t.Helper()
	events, err := b.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return details(events)
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestHandout_OneEventAMinuteForEachProgram, with the number and the process.
func TestHandout_OneEventAMinuteForEachProgram(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	for range 12 {
		record(t, b, c.ID, "make", 123)
		clock.pass(time.Second)
	}
	record(t, b, c.ID, "bash", 7)
	record(t, b, c.ID, "curl", 8)
	record(t, b, c.ID, "curl", 9)
	record(t, b, c.ID, "", 10)
	words := []string{
		"handed out 12 times to make (pid 123)", "handed out to pid 10", "handed out to bash (pid 7)", "handed out 2 times to curl (last pid 9)",
	}
	want(t, "before the minute is over", fold(t, b), words...)
	want(t, "the history before the minute is over", folded(t, b, c.ID))
	clock.pass(time.Minute)
	want(t, "what is left", fold(t, b))
	want(t, "the history", folded(t, b, c.ID), words...)
	events, err := b.History(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e := events[1]; e.Connection != "connection-1" || e.ID != c.ID || e.Outcome != "ok" || !e.Time.Equal(noon.Add(11*time.Second)) || events[0].Event != "login" {
		t.Errorf("event %+v", e)
	}
	want(t, "folded again", fold(t, b))
	want(t, "the history after another fold", folded(t, b, c.ID), words...)
}

// TestHandout_DoesNotPushOutTheRest: a program that asks all day is counted up, not written anew each minute.
func TestHandout_DoesNotPushOutTheRest(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	for range 3 * 60 {
		record(t, b, c.ID, "cron", 1)
		record(t, b, c.ID, "make", 2)
		clock.pass(time.Minute)
		fold(t, b)
	}
	clock.pass(time.Minute)
	fold(t, b)
	events, err := b.History(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) > 1+2*4 || events[0].Event != "login" {
		t.Errorf("%d events after 3 hours: %q", len(events), details(events))
	}
	count := 0
	for _, e := range events {
		count += e.Handed.Count
	}
	if count != 2*3*60 {
		t.Errorf("%d hand-outs are counted, want %d", count, 2*3*60)
	}
	// Something else in between stays between.
	record(t, b, c.ID, "make", 2)
	clock.pass(2 * time.Minute)
	fold(t, b)
	if err := b.Append(t.Context(), Event{ID: c.ID, Event: "refresh", Outcome: "ok"}); err != nil {
		t.Fatal(err)
	}
	record(t, b, c.ID, "make", 2)
	clock.pass(2 * time.Minute)
	fold(t, b)
	if events, err = b.History(t.Context(), c.ID); err != nil || events[len(events)-2].Event != "refresh" || events[len(events)-1].Handed.Count != 1 {
		t.Errorf("the last events are %+v (%v)", events[len(events)-2:], err)
	}
}

// TestHandout_TornAndForeignFrames are stepped over, counted and said; whole ones around them count.
func TestHandout_TornAndForeignFrames(t *testing.T) {
	t.Parallel()
	other, _, oc := handouts(t)
	record(t, other, oc.ID, "stranger", 1)
	foreign, err := other.handoutContent()
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(b []byte) []byte { b = bytes.Clone(b); b[len(b)-1] ^= 1; return b }
	for _, c := range []struct {
		name    string
		between func(frame []byte) []byte
		lost    int
	}{
		{"nothing", func([]byte) []byte { return nil }, 0},
		{"a frame of another store", func([]byte) []byte { return foreign }, 1},
		{"two frames of another store", func([]byte) []byte { return append(bytes.Clone(foreign), foreign...) }, 2},
		{"a frame with a bit changed", flipped, 1},
		{"half a frame", func(f []byte) []byte { return f[:len(f)/2] }, 1},
		{"a frame without its last byte", func(f []byte) []byte { return f[:len(f)-1] }, 1},
		{"a mark alone", func([]byte) []byte { return []byte(handoutMark) }, 1},
		{"half a mark", func([]byte) []byte { return []byte(handoutMark[:2]) }, 1},
		{"a length that is too short", func([]byte) []byte { return []byte(handoutMark + "\x00\x01") }, 1},
		{"a length beyond the end", func([]byte) []byte { return []byte(handoutMark + "\xff\xff") }, 1},
		{"text", func([]byte) []byte { return []byte("what is this\n") }, 1},
		{"zeros", func([]byte) []byte { return make([]byte, 4096) }, 1},
	} {
		for _, last := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, last %v", c.name, last), func(t *testing.T) {
				t.Parallel()
				b, clock, conn := handouts(t)
				record(t, b, conn.ID, "first", 1)
				frame, err := b.handoutContent()
				if err != nil {
					t.Fatal(err)
				}
				if err := b.appendTo(t.Context(), handoutFile, append(c.between(frame), "...."[:0]...)); err != nil {
					t.Fatal(err)
				}
				words := []string{"handed out to first (pid 1)"}
				if !last {
					record(t, b, conn.ID, "second", 2)
					words = append(words, "handed out to second (pid 2)")
				}
				clock.pass(2 * time.Minute)
				fold(t, b)
				want(t, "the history", folded(t, b, conn.ID), words...)
				if last { // what may be the beginning of a frame is waited for
					record(t, b, conn.ID, "third", 3)
					clock.pass(2 * time.Minute)
					fold(t, b)
					if got := folded(t, b, conn.ID); len(got) == 0 || !strings.Contains(got[len(got)-1], "third") {
						t.Errorf("after it: %q", got)
					}
				}
				lost := ""
				for _, d := range folded(t, b, "") {
					if strings.Contains(d, "could not be read") {
						lost += d
					}
				}
				if c.lost == 0 && lost != "" || c.lost > 0 && !strings.HasPrefix(lost, fmt.Sprint(c.lost)+" records of hand-outs could not be read") {
					t.Errorf("said %q, want %d lost", lost, c.lost)
				}
				if info, err := os.Stat(filepath.Join(b.dir, handoutFile)); err != nil || info.Size() != 0 {
					t.Errorf("the file is not empty: %v, %v", info.Size(), err)
				}
			})
		}
	}
}

// TestHandout_AFullFileCountsWhatDoesNotFit.
func TestHandout_AFullFileCountsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	record(t, b, c.ID, "make", 1)
	path := filepath.Join(b.dir, handoutFile)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fits := handoutMost / len(content)
	if err := os.WriteFile(path, bytes.Repeat(content, fits), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := b.RecordHandout(t.Context(), c.ID, Handout{Connection: "connection-1", Program: "make", PID: 1}); !errors.Is(err, errFull) {
			t.Errorf("error %v, want one that says the file is full", err)
		}
	}
	clock.pass(2 * time.Minute)
	fold(t, b)
	want(t, "the connection's history", folded(t, b, c.ID), fmt.Sprintf("handed out %d times to make (pid 1)", fits))
	all := folded(t, b, "")
	if last := all[len(all)-1]; !strings.HasPrefix(last, "3 records of hand-outs were not written down") {
		t.Errorf("said %q", last)
	}
	record(t, b, c.ID, "make", 1)
	clock.pass(2 * time.Minute)
	fold(t, b)
	if n := len(folded(t, b, "")); n != len(all) {
		t.Errorf("%d events, want %d: what was dropped is told once", n, len(all))
	}
}

// TestHandout_AFoldThatWasCutOffIsNotCountedTwice: the history is written, the file is not emptied.
func TestHandout_AFoldThatWasCutOffIsNotCountedTwice(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	for range 3 {
		record(t, b, c.ID, "make", 1)
		record(t, b, c.ID, "curl", 2)
		clock.pass(time.Minute)
	}
	clock.pass(time.Minute)
	content, err := b.handoutContent()
	if err != nil {
		t.Fatal(err)
	}
	fold(t, b)
	before := folded(t, b, c.ID)
	if err := os.WriteFile(filepath.Join(b.dir, handoutFile), content, 0o600); err != nil {
		t.Fatal(err)
	}
	record(t, b, c.ID, "make", 1) // more is due at the second fold than was at the first
	record(t, b, c.ID, "new", 3)
	clock.pass(2 * time.Minute)
	fold(t, b)
	want(t, "after the second", folded(t, b, c.ID),
		"handed out 3 times to curl (pid 2)", "handed out 4 times to make (pid 1)", "handed out to new (pid 3)")
	want(t, "after the first", before, "handed out 3 times to curl (pid 2)", "handed out 3 times to make (pid 1)")
}

// TestHandout_OneFoldsAtATime: while another does, nothing is written, emptied or told twice.
func TestHandout_OneFoldsAtATime(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	record(t, b, c.ID, "make", 1)
	clock.pass(2 * time.Minute)
	record(t, b, c.ID, "now", 2)
	turn, err := b.foldTurn()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "while another folds", fold(t, b), "handed out to now (pid 2)")
	want(t, "the history", folded(t, b, c.ID))
	unflock(turn)
	_ = turn.Close()
	want(t, "after it", fold(t, b), "handed out to now (pid 2)")
	want(t, "the history", folded(t, b, c.ID), "handed out to make (pid 1)")
}

// TestHandout_OfAConnectionThatIsGone is in the store's own history.
func TestHandout_OfAConnectionThatIsGone(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	record(t, b, c.ID, "make", 1)
	if err := b.Delete(t.Context(), c.ID, Write{}); err != nil {
		t.Fatal(err)
	}
	clock.pass(2 * time.Minute)
	fold(t, b)
	want(t, "the history of all", folded(t, b, ""), "handed out to make (pid 1)")
}

// TestHandout_AStoreThatCannotBeWritten: a hand-out is an error and nothing more, and what is there is still shown.
func TestHandout_AStoreThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	b, clock, c := handouts(t)
	record(t, b, c.ID, "make", 1)
	clock.pass(2 * time.Minute)
	// No mode keeps root from writing; a file of another kind in the way does.
	for _, name := range []string{handoutFile, handoutLock} {
		path := filepath.Join(b.dir, name)
		if name == handoutLock {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			events, err := b.FoldHandouts(t.Context())
			want(t, "with the error", details(events), "handed out to make (pid 1)")
			if err == nil {
				t.Error("no error")
			}
			continue
		}
	}
	path := filepath.Join(b.dir, handoutFile)
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if err := b.RecordHandout(t.Context(), c.ID, Handout{Program: "make", PID: 1}); err == nil {
		t.Error("no error from a folder in the place of the file")
	}
}

// TestHandout_IsSealed: neither the program nor the connection can be read from the file.
func TestHandout_IsSealed(t *testing.T) {
	t.Parallel()
	b, _, c := handouts(t)
	record(t, b, c.ID, "sentinel-program", 1)
	content, err := b.handoutContent()
	if err != nil || len(content) == 0 {
		t.Fatal(err)
	}
	for _, s := range []string{"sentinel", c.ID, "connection-1"} {
		if bytes.Contains(content, []byte(s)) {
			t.Errorf("%q is in the file", s)
		}
	}
}

// TestHandout_AWriterDoesNotWaitForOneThatHoldsTheFile: bounded, and an error.
func TestHandout_AWriterDoesNotWaitForOneThatHoldsTheFile(t *testing.T) {
	t.Parallel()
	b, _, c := handouts(t)
	record(t, b, c.ID, "make", 1)
	f, err := os.OpenFile(filepath.Join(b.dir, handoutFile), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if ok, err := flock(f, true, false); !ok || err != nil {
		t.Fatal(ok, err)
	}
	began := time.Now()
	if err := b.RecordHandout(t.Context(), c.ID, Handout{Program: "make", PID: 1}); !errors.Is(err, errHeld) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	if n := b.overSize(); n != 1 {
		t.Errorf("%d hand-outs are counted as not written down", n)
	}
}

// childHandout says "ready", waits for its input to end, and records one hand-out of the connection, of a time long past.
func childHandout(ctx context.Context, b *Bolt, id string) error {
	fmt.Println("ready")
	if _, err := os.Stdin.Read(make([]byte, 1)); err == nil {
		return errors.New("input came")
	}
	err := b.RecordHandout(ctx, id, Handout{Time: noon, Connection: "connection-1", Program: "child", PID: os.Getpid()})
	if errors.Is(err, errHeld) {
		fmt.Println("not written down") // the one who folds has stood still in the midst of it; no hand-out waits for that
		return nil
	}
	return err
}

// TestHandout_ManyProcessesAtOnce: 200 processes write while two fold; every hand-out is counted once, but for those whose
// writer was told that it could not be written down.
func TestHandout_ManyProcessesAtOnce(t *testing.T) {
	t.Parallel()
	const processes = 200
	dir := folder(t)
	b := open(t, dir)
	c := put(t, b, sample(1), Write{})
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	var children []*exec.Cmd
	said := make([]bytes.Buffer, processes)
	for n := range processes {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "STORE_TEST_CHILD=handout "+c.ID, "STORE_TEST_DIR="+dir)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &said[n], os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, cmd)
	}
	ctx, stop := context.WithCancel(t.Context())
	var folders sync.WaitGroup
	for range 2 {
		other := open(t, dir)
		folders.Go(func() {
			for ctx.Err() == nil {
				if _, err := other.FoldHandouts(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	_ = out.Close() // now
	told := 0
	for n, cmd := range children {
		if err := cmd.Wait(); err != nil {
			t.Error(err, said[n].String())
		}
		if strings.Contains(said[n].String(), "not written down") {
			told++
		}
	}
	stop()
	folders.Wait()
	fold(t, b)
	events, err := b.History(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, e := range events {
		count += e.Handed.Count
		if e.Outcome == "dropped" && told == 0 {
			t.Errorf("event %+v", e)
		}
	}
	if count != processes-told || told > processes/2 {
		t.Errorf("%d hand-outs are counted, want %d; %d could not be written down", count, processes-told, told)
	}
}

// BenchmarkRecordHandout is what a hand-out costs beside the token.
func BenchmarkRecordHandout(b *testing.B) {
	s, _, ids := filled(b, 1)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n++; n%5000 == 0 { // before the file is full
			if err := os.Truncate(filepath.Join(s.dir, handoutFile), 0); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.RecordHandout(b.Context(), ids[0], Handout{Program: "make", PID: 123, Connection: "work"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFoldHandouts is a full file of one minute.
func BenchmarkFoldHandouts(b *testing.B) {
	s, _, ids := filled(b, 1)
	frame, err := s.keys.Load().handoutFrame(ids[0], Handout{Time: noon, Program: "make", PID: 123, Connection: "work"})
	if err != nil {
		b.Fatal(err)
	}
	content := bytes.Repeat(frame, handoutMost/len(frame))
	for b.Loop() {
		b.StopTimer()
		if err := os.WriteFile(filepath.Join(s.dir, handoutFile), content, 0o600); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := s.FoldHandouts(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
