package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// countedRand counts draws and ends its process at one of them. A rekey draws its master key first, then a nonce a slot and
// a record, all but the first inside its transaction.
type countedRand struct {
	n     atomic.Int64
	until int64 // 0: never
}

func (r *countedRand) Read(p []byte) (int, error) {
	if n := r.n.Add(1); n == r.until {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			return 0, err
		}
		select {}
	}
	return rand.Read(p)
}

// childRekey rekeys the store, and is killed at the n-th draw.
func childRekey(ctx context.Context, dir, n string) error {
	until, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		return err
	}
	o := options()
	o.Rand = &countedRand{until: until}
	b, err := Open(ctx, dir, o)
	if err != nil {
		return err
	}
	if _, err := b.Rekey(ctx, o.Keys, RekeyOptions{}); err != nil {
		return err
	}
	fmt.Println("done")
	return nil
}

// TestRekey_KilledAtAnyMoment: the store is as before or rekeyed, whole in either case.
func TestRekey_KilledAtAnyMoment(t *testing.T) {
	b, ids := smallStore(t)
	before, errs := readAll(t, b, ids)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	draws := &countedRand{}
	o := options()
	o.Rand = draws
	counting, err := Open(t.Context(), b.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := counting.Rekey(t.Context(), o.Keys, RekeyOptions{}); err != nil {
		t.Fatal(err)
	}
	total := draws.n.Load()
	if total < 10 {
		t.Fatalf("only %d draws", total)
	}
	check := func(what string) (epoch uint64) {
		t.Helper()
		again := open(t, b.dir)
		after, errs := readAll(t, again, ids)
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := gocmp.Diff(before, after, compare); diff != "" {
			t.Fatalf("%s:\n%s", what, diff)
		}
		sound(t, again)
		for _, id := range ids {
			unlock, ok, err := again.TryLock(t.Context(), id)
			if err != nil || !ok {
				t.Fatalf("%s: a lock is left: %v %v", what, ok, err)
			}
			unlock()
		}
		return again.keys.Load().epoch
	}
	epoch, step, committed := check("rekeyed"), total/5, false
	if long() {
		step = 1
	}
	for n := int64(1); n <= total; n += step {
		p := start(t, fmt.Sprintf("rekey %d", n), b.dir)
		if p.out.Scan() {
			t.Fatalf("draw %d of %d: it was not killed and says %s", n, total, p.out.Text())
		}
		_ = p.Wait()
		got := check(fmt.Sprintf("killed at draw %d", n))
		switch {
		case got == epoch && !committed:
		case got == epoch+1 && n > total/2: // what draws after the commit are the copies of the new state
			committed, epoch = true, got
		default:
			t.Fatalf("killed at draw %d of %d: epoch %d after %d", n, total, got, epoch)
		}
	}
	// Then at moments drawn from the time that it takes.
	began := time.Now()
	if got := start(t, "rekey 0", b.dir).line(t); got != "done" {
		t.Fatal(got)
	}
	epoch++
	whole := time.Since(began)
	rounds, rekeyed := 8, 0
	if long() {
		rounds = 200
	}
	for range rounds {
		p := start(t, "rekey 0", b.dir)
		after := time.Duration(mathrand.Int64N(int64(whole)))
		timer := time.AfterFunc(after, func() { _ = p.Process.Kill() })
		done := p.out.Scan()
		if done && p.out.Text() != "done" {
			t.Fatal(p.out.Text())
		}
		timer.Stop()
		_ = p.Process.Kill()
		_ = p.Wait()
		switch got := check(fmt.Sprintf("killed after %s", after)); {
		case got == epoch+1:
			rekeyed++
			epoch = got
		case got != epoch:
			t.Fatalf("epoch %d after %d", got, epoch)
		case done:
			t.Fatal("a rekey that was acknowledged is lost")
		}
	}
	t.Logf("%d draws; %d of %d timed kills came after the commit", total, rekeyed, rounds)
}

// TestRekey_WhileOthersWork: processes that read and write all the time meet new keys, and neither fail nor lose anything.
func TestRekey_WhileOthersWork(t *testing.T) {
	processes, ops, rekeys := 3, 40, 4
	if long() {
		processes, ops, rekeys = 16, 200, 40
	}
	share(t, processes, ops, " locked", func(b *Bolt) {
		for range rekeys {
			if _, err := b.Rekey(t.Context(), sharedOptions().Keys, RekeyOptions{}); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(5 * time.Millisecond) // of work under one key
		}
		if got := b.keys.Load().epoch; got != uint64(rekeys)+1 { //nolint:gosec // a few
			t.Errorf("epoch %d after %d rekeys", got, rekeys)
		}
	})
}
