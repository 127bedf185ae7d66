//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"authdeck/internal/testserver"
	"authdeck/store"
)

// marked is the program with its kill points, made once a test run.
var marked = sync.OnceValues(func() (string, error) {
	dir, err := buildDir("marked")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "authdeck")
	if out, err := exec.Command("go", "build", "-tags", "failpoint", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build authdeck with its kill points: %w\n%s", err, out)
	}
	return path, nil
})

// killPoint is a moment of reference/security.md §7 and what is done up to it and after it.
type killPoint struct {
	name string
	kill func(k *killed) (outcome string)
}

var killPoints = []killPoint{
	{"refresh.locked", killRefresh},
	{"refresh.intent", killRefresh},
	{"refresh.sent", killRefresh},
	{"refresh.answered", killRefresh},
	{"refresh.committed", killRefresh},
	{"login.code", killLogin},
	{"login.answered", killLogin},
	{"login.stored", killLogin},
	{"revoke.refresh", killRevoke},
	{"rekey.inside", killRekey},
	{"compact.written", killCompact},
	{"compact.renamed", killCompact},
	{"import.inside", killImport},
}

// TestKill_Points kills the program with SIGKILL at each point with several seeds, and looks at what the next process finds. A
// seed draws the kind of server, how many connections there are and at which of them the kill comes; every second server has
// grace. At full length, 50 seeds each:
//
//	AUTHDECK_LONG=1 go test ./cmd/authdeck/ -run TestKill_Points -v
func TestKill_Points(t *testing.T) {
	seeds := 2
	if os.Getenv("AUTHDECK_LONG") == "1" {
		seeds = 50
	}
	if _, err := marked(); err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]map[string]int{}
	for i, p := range killPoints {
		outcomes[p.name] = map[string]int{}
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s seed %d", p.name, seed), func(t *testing.T) {
				k := newKilled(t, p.name, seed, uint64(i))
				outcomes[p.name][p.kill(k)]++
			})
		}
	}
	out := t.Output()
	for _, p := range killPoints {
		_, _ = fmt.Fprintf(out, "%-18s", p.name)
		for _, o := range slices.Sorted(maps.Keys(outcomes[p.name])) {
			_, _ = fmt.Fprintf(out, "  %2d × %s", outcomes[p.name][o], o)
		}
		_, _ = fmt.Fprintln(out)
	}
}

// killed is the world of one kill: a server, a data folder and the processes on it.
type killed struct {
	*rotatingDeck
	t      *testing.T
	point  string
	seed   int
	draw   *rand.Rand
	server *testserver.Rotating
	kind   testserver.Kind
	grace  bool
}

func newKilled(t *testing.T, point string, seed int, number uint64) *killed {
	t.Helper()
	k := &killed{t: t, point: point, seed: seed, grace: seed%2 == 1}
	k.draw = rand.New(rand.NewPCG(uint64(seed), number)) //nolint:gosec // repeatable on purpose
	k.kind = testserver.Kinds()[k.draw.IntN(len(testserver.Kinds()))]
	o := testserver.RotatingOptions{Kind: k.kind}
	if k.grace {
		o.Grace = time.Hour
	}
	k.server = testserver.StartRotating(t, o)
	k.rotatingDeck = newRotatingDeck(t, map[string][]byte{"server": k.server.Manifest("server")})
	return k
}

// plantAll stores connections named c0, c1, …
func (k *killed) plantAll(n int, age time.Duration) (list []store.Connection, names []string) {
	for i := range n {
		list = append(list, k.plant(fmt.Sprintf("c%d", i), "server", k.server, age, time.Hour))
		names = append(names, list[i].Name)
	}
	return list, names
}

// process is the program on the deck; at a pass from 1 on it is killed at the point.
func (k *killed) process(pass int, args ...string) *exec.Cmd {
	k.t.Helper()
	path, err := marked()
	if err != nil {
		k.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	k.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = slices.Clone(k.env)
	if pass > 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("AUTHDECK_FAILPOINT=%s:%d:kill", k.point, pass))
	}
	return cmd
}

// killAt runs it to be killed at that pass, and holds it to have been.
func (k *killed) killAt(pass int, args ...string) (stdout string) {
	k.t.Helper()
	cmd := k.process(pass, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	k.wasKilled(cmd, errs.String())
	return out.String()
}

func (k *killed) wasKilled(cmd *exec.Cmd, said string) {
	k.t.Helper()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL || strings.Contains(said, "injected") {
		k.t.Fatalf("%v was not killed at %s: %v\n%s", cmd.Args[1:], k.point, cmd.ProcessState, said)
	}
}

// run runs the next process and holds it to an exit code.
func (k *killed) run(code int, args ...string) (stdout string) {
	k.t.Helper()
	cmd := k.process(0, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != code {
		k.t.Errorf("%v after the kill: exit %d, want %d: %s", args, got, code, errs.String())
	}
	return strings.TrimSpace(out.String())
}

// sound opens the store anew, checks it whole, and takes the lock of every connection at once.
func (k *killed) sound(connections int) {
	k.t.Helper()
	st, err := store.Open(k.t.Context(), k.data, store.Options{Keys: []store.KeySource{store.KeyFile(k.key)}})
	if err != nil {
		k.t.Fatalf("open the store after the kill: %v", err)
	}
	r, err := st.Check(k.t.Context())
	if err != nil || len(r.Problems) > 0 || r.Connections != connections {
		k.t.Errorf("check after the kill: %v, %q, %d connections, want %d", err, r.Problems, r.Connections, connections)
	}
	list, err := st.List(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	for _, c := range list {
		unlock, ok, err := st.TryLock(k.t.Context(), c.ID)
		if err != nil || !ok {
			k.t.Errorf("the lock of %s is not free after the kill: %v", c.Name, err)
			continue
		}
		unlock()
	}
}

// handsOut holds the next process to hand out a token that the server takes: exactly want, if that is not "".
func (k *killed) handsOut(name, want string) {
	k.t.Helper()
	got := k.run(0, "token", name)
	if want != "" && got != want {
		k.t.Errorf("the next process hands out another token of %s than the one that was acknowledged", name)
	}
	if fate := k.server.AccessFate(got); fate != testserver.FateLive {
		k.t.Errorf("the next process hands out a token of %s that is %s", name, fate)
	}
}

func (k *killed) intent(id string) *store.Intent {
	k.t.Helper()
	i, err := k.store.Intent(k.t.Context(), id)
	if err != nil {
		k.t.Fatal(err)
	}
	return i
}
