package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
)

// The n-th call of each kind that changes a disk fails, in a real process under strace, for each n (in the short setting: for
// some). strace counts by thread, so the child makes its calls on one.

// faultCalls are the calls that fail, as strace names them, and how they fail.
var faultCalls = []struct{ call, as string }{
	{"pwrite64", "EIO"},
	{"pwrite64", "ENOSPC"},
	{"fdatasync", "EIO"},
	{"fdatasync", "ENOSPC"},
	{"fsync", "EIO"},
	{"ftruncate", "ENOSPC"},
	{"/^rename", "EROFS"},
	{"/^rename", "EIO"},
	{"/^link", "EIO"},
	{"/^unlink", "EROFS"},
}

// needs ends a test without its tool: as failed in CI, as skipped elsewhere.
func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", tool)
	}
	t.Skipf("%s is not installed", tool)
}

// traced runs a child under strace and returns what it said and strace's log.
func traced(t *testing.T, role, dir, call, inject string) (said []string, log string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log")
	args := []string{"-f", "-q", "-o", file, "-e", "signal=none", "-e", "trace=" + call}
	if inject != "" {
		args = append(args, "-e", "inject="+call+":"+inject)
	}
	cmd := exec.CommandContext(t.Context(), "strace", append(args, os.Args[0])...)
	cmd.Env = append(os.Environ(), "STORE_TEST_CHILD="+role, "STORE_TEST_DIR="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	text, readErr := os.ReadFile(file)
	if err != nil || readErr != nil || stderr.Len() > 0 {
		t.Fatalf("the child ended with %v: %s%s", errors.Join(err, readErr), out, stderr.Bytes())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), string(text)
}

// callsIn counts the calls in a log, of the thread that makes most.
func callsIn(log string) int {
	threads := map[string]int{}
	for _, line := range regexp.MustCompile(`(?m)^(\d+) .*\(`).FindAllStringSubmatch(log, -1) {
		threads[line[1]]++
	}
	most := 0
	for _, n := range threads {
		most = max(most, n)
	}
	return most
}

// rows are the calls that are made to fail: each, or a few spread over them.
func rows(calls int) []int {
	var list []int
	step := 1
	if !long() {
		step = max(1, calls/4) | 1 // odd: a commit has two fsyncs
	}
	for n := 1; n <= calls; n += step {
		list = append(list, n)
	}
	return list
}

// faulty runs a role with each of its calls failing. made makes a data folder, after looks at it afterwards.
func faulty(t *testing.T, role string, made func(t *testing.T) string, after func(t *testing.T, dir string, said []string)) {
	needs(t, "strace")
	for _, f := range faultCalls {
		t.Run(strings.Trim(f.call, "/^")+" "+f.as, func(t *testing.T) {
			t.Parallel()
			said, log := traced(t, role, made(t), f.call, "")
			calls := callsIn(log)
			if calls == 0 && strings.Contains(f.call, "link") {
				return // not every role makes links
			}
			if calls == 0 || said[len(said)-1] != "done" {
				t.Fatalf("%d calls, and without a fault the child says %q", calls, said)
			}
			for _, n := range rows(calls) {
				dir := made(t)
				said, log := traced(t, role, dir, f.call, fmt.Sprintf("error=%s:when=%d", f.as, n))
				if !strings.Contains(log, "(INJECTED)") {
					t.Fatalf("call %d of %d: nothing was injected", n, calls)
				}
				after(t, dir, said)
				if t.Failed() {
					t.Fatalf("call %d of %d; the child says %q", n, calls, said)
				}
			}
			t.Logf("%d calls", calls)
		})
	}
}

func victimStore(t *testing.T) string {
	dir := folder(t)
	b := open(t, dir)
	for i := range 3 {
		put(t, b, sample(i), Write{})
	}
	put(t, b, Connection{Name: "victim", Grant: Grant{RefreshToken: secret.New("refresh-1")}}, Write{})
	return dir
}

func TestFaults_NoAcknowledgedTokenIsLost(t *testing.T) {
	faulty(t, "faulty", victimStore, func(t *testing.T, dir string, said []string) {
		acknowledged := uint64(1)
		for _, line := range said {
			if n, ok := strings.CutPrefix(line, "stored "); ok {
				acknowledged, _ = strconv.ParseUint(n, 10, 64)
			}
			if strings.HasPrefix(line, "failed") && !strings.Contains(line, "input/output error") && !strings.Contains(line, "true") {
				t.Errorf("an error that does not say what the disk did: %s", line)
			}
		}
		if said[len(said)-1] != "done" || acknowledged != 5 {
			t.Errorf("%d stored", acknowledged)
		}
		b := open(t, dir)
		c, err := b.Find(t.Context(), "victim")
		if err != nil || c.Generation != acknowledged || c.Grant.RefreshToken.Reveal() != fmt.Sprintf("refresh-%d", c.Generation) {
			t.Errorf("generation %d with %q, %v", c.Generation, c.Grant.RefreshToken.Reveal(), err)
		}
		if events, err := b.History(t.Context(), c.ID); err != nil || len(events) != 4 {
			t.Errorf("%d events, %v", len(events), err)
		}
		for i := range 2 {
			got, err := b.Find(t.Context(), sample(i).Name)
			want := sample(i)
			want.ID, want.Generation = got.ID, 1
			if err != nil || !gocmp.Equal(normal(want), got, compare) {
				t.Errorf("connection %d is not as it was, %v", i, err)
			}
		}
		if _, err := b.Find(t.Context(), "connection-2"); !errors.Is(err, ErrNotFound) {
			t.Errorf("the removed connection: %v", err)
		}
		check(t, b)
	})
}

func TestFaults_Restore(t *testing.T) {
	made := func(t *testing.T) string {
		dir := victimStore(t)
		b := open(t, dir)
		if err := b.copyNow(t.Context()); err != nil {
			t.Fatal(err)
		}
		scramble(t, b.Path())
		return dir
	}
	faulty(t, "restore", made, func(t *testing.T, dir string, said []string) {
		if said[len(said)-1] != "done" {
			t.Error("it did not work the second time")
		}
		b := open(t, dir)
		c, err := b.Find(t.Context(), "victim")
		if err != nil || c.Grant.RefreshToken.Reveal() != "refresh-1" || c.RestoredFrom.IsZero() {
			t.Errorf("%q from %s, %v", c.Grant.RefreshToken.Reveal(), c.RestoredFrom, err)
		}
		if kept, err := b.keptFiles(); err != nil || len(kept) == 0 {
			t.Errorf("the damaged file is not kept, %v", err)
		}
		check(t, b)
	})
}

// From the n-th call on each fails: a disk that is full stays full.
func TestFaults_AFullDiskKeepsTheOldTokens(t *testing.T) {
	needs(t, "strace")
	for _, call := range []string{"pwrite64", "fdatasync"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			_, log := traced(t, "stuck", victimStore(t), call, "")
			for _, n := range rows(callsIn(log)) {
				dir := victimStore(t)
				said, log := traced(t, "stuck", dir, call, fmt.Sprintf("error=ENOSPC:when=%d+", n))
				if !strings.Contains(log, "(INJECTED)") {
					t.Fatalf("call %d: nothing was injected", n)
				}
				if said[len(said)-1] != "done" {
					t.Fatalf("call %d: the child says %q", n, said)
				}
				acknowledged := uint64(1)
				if len(said) > 1 {
					acknowledged, _ = strconv.ParseUint(strings.TrimPrefix(said[len(said)-2], "stored "), 10, 64)
				}
				b := open(t, dir)
				c, err := b.Find(t.Context(), "victim")
				if err != nil || c.Generation < acknowledged || c.Grant.RefreshToken.Reveal() != fmt.Sprintf("refresh-%d", c.Generation) {
					t.Errorf("call %d: generation %d with %q, %v", n, c.Generation, c.Grant.RefreshToken.Reveal(), err)
				}
				put(t, b, c, Write{}) // room again
				check(t, b)
			}
		})
	}
}
