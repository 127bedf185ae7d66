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

	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/internal/testserver"
	"authdeck/store"
)

// marked is the program with its kill points, made once a test run.
var marked = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "authdeck-marked-")
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
	data, key := strings.TrimPrefix(k.env[0], "AUTHDECK_DATA_DIR="), strings.TrimPrefix(k.env[1], "AUTHDECK_KEY_FILE=")
	st, err := store.Open(k.t.Context(), data, store.Options{Keys: []store.KeySource{store.KeyFile(key)}})
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

// killRefresh refreshes connections one after the other and is killed at one of them. Those before it are committed, those
// after it are untouched, and it recovers as reference/security.md §5.2 has it.
func killRefresh(k *killed) string {
	n := 1 + k.draw.IntN(3)
	pass := 1 + k.draw.IntN(n)
	before, names := k.plantAll(n, 2*time.Hour)
	k.killAt(pass, append([]string{"refresh"}, names...)...)
	k.sound(n)
	reached := k.point != "refresh.locked" && k.point != "refresh.intent"
	heard := pass - 1
	if reached {
		heard = pass
	}
	if got := k.server.Stats().Refreshes; got != heard {
		k.t.Errorf("the server heard %d refreshes, want %d", got, heard)
	}
	for i, c := range before {
		now := k.get(c.ID)
		committed := i < pass-1 || i == pass-1 && k.point == "refresh.committed"
		if same := now.Grant.RefreshToken.Equal(c.Grant.RefreshToken); same == committed {
			k.t.Errorf("%s, killed at c%d: the refresh token is the old one: %v", c.Name, pass-1, same)
		}
		intent := i == pass-1 && k.point != "refresh.locked" && !committed
		if got := k.intent(c.ID); (got != nil && got.Sent) != intent {
			k.t.Errorf("%s, killed at c%d: intent %+v, want one: %v", c.Name, pass-1, got, intent)
		}
		switch {
		case committed:
			k.handsOut(c.Name, now.Grant.AccessToken.Reveal())
		case i != pass-1:
			k.handsOut(c.Name, "")
		}
	}
	c := before[pass-1]
	switch asked := k.server.Stats(); {
	case k.point == "refresh.committed":
		return "handed out from the disk"
	case !reached:
		k.handsOut(c.Name, "")
		if got := k.server.Stats(); got.Refreshes != asked.Refreshes+1 || got.Reuse != 0 || got.Graced != 0 {
			k.t.Errorf("the next one's refresh: %+v after %+v", got, asked)
		}
		return "refreshed by the next one"
	case k.grace:
		k.handsOut(c.Name, "")
		if got := k.server.Stats(); got.Refreshes != asked.Refreshes+1 || got.Graced != 1 {
			k.t.Errorf("the replay: %+v after %+v", got, asked)
		}
		return "saved by grace"
	default:
		return k.lost(c)
	}
}

// lost holds a grant whose answer died with its reader to be reported and kept.
func (k *killed) lost(c store.Connection) string {
	k.t.Helper()
	asked := k.server.Stats().Refreshes
	code, trouble := 4, store.TroubleDead
	if k.kind == testserver.K5 { // an empty 400 counts only after three tries (§5.3)
		code, trouble = 5, store.TroubleTransient
	}
	k.run(code, "token", c.Name)
	if got := k.server.Stats().Refreshes - asked; got != 1 {
		k.t.Errorf("the token was shown %d times more, want one replay", got)
	}
	now := k.get(c.ID)
	if now.Health.Trouble != trouble || !strings.HasPrefix(now.Health.Reason, "refresh interrupted") {
		k.t.Errorf("%s, lost reply: health %+v", k.kind, now.Health)
	}
	if !now.Grant.RefreshToken.Equal(c.Grant.RefreshToken) || !now.Grant.AccessToken.Equal(c.Grant.AccessToken) {
		k.t.Error("a token was deleted or changed by a refused replay")
	}
	if i := k.intent(c.ID); i != nil {
		k.t.Errorf("the intent stays after its replay: %+v", i)
	}
	if k.kind == testserver.K5 {
		return "lost reply, waits for a third refusal (K5)"
	}
	return "lost reply, sign-in needed"
}

// killLogin signs in a new connection or, with an odd seed, the connection that is there.
func killLogin(k *killed) string {
	var before []store.Connection
	name := "new"
	if k.seed%2 == 1 {
		before, _ = k.plantAll(1, 0)
		name = before[0].Name
	}
	k.signIn(1, name)
	stored := k.point == "login.stored"
	codes := 1
	if k.point == "login.code" {
		codes = 0
	}
	if got := k.server.Stats().Codes; got != codes {
		k.t.Errorf("%d codes were exchanged, want %d", got, codes)
	}
	there := len(before)
	if stored && there == 0 {
		there = 1
	}
	k.sound(there)
	outcome := "stored"
	switch {
	case stored:
		c, err := k.store.Find(k.t.Context(), name)
		if err != nil {
			k.t.Fatal(err)
		}
		if len(before) > 0 && c.Grant.AccessToken.Equal(before[0].Grant.AccessToken) {
			k.t.Error("the sign-in is not stored")
		}
		k.handsOut(name, c.Grant.AccessToken.Reveal())
	case len(before) > 0:
		k.handsOut(name, before[0].Grant.AccessToken.Reveal())
		outcome = "the old grant stays, signed in by the next one"
	default:
		k.run(3, "token", name)
		outcome = "nothing stored, signed in by the next one"
	}
	if !stored {
		k.signIn(0, name)
		k.handsOut(name, "")
		k.sound(1)
	}
	return outcome
}

// signIn plays the browser of a sign-in; with pass 1 it is killed at the point.
func (k *killed) signIn(pass int, name string) {
	k.t.Helper()
	args := []string{"login", "server", "--name", name, "--browser", "none", "--json"}
	cmd := k.process(pass, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	said := browse(k.t, stdout)
	_ = cmd.Wait()
	if pass > 0 {
		k.wasKilled(cmd, errs.String())
		if strings.Contains(said, "connected") {
			k.t.Error("a sign-in that was killed said that it is connected")
		}
		return
	}
	if !cmd.ProcessState.Success() || !strings.Contains(said, "connected") {
		k.t.Errorf("sign in after the kill: %v: %s", cmd.ProcessState, errs.String())
	}
}

// killRevoke dies when the provider has ended the refresh token and was not asked about the access token. The next revoke, or
// with an odd seed the next refresh, finds out.
func killRevoke(k *killed) string {
	before, _ := k.plantAll(1+k.draw.IntN(3), 0)
	c := before[k.draw.IntN(len(before))]
	k.killAt(1, "revoke", c.Name)
	k.sound(len(before))
	now := k.get(c.ID)
	if got := k.server.Stats().Revocations; got != 1 || now.Health != c.Health || !now.Grant.RefreshToken.Equal(c.Grant.RefreshToken) {
		k.t.Errorf("after the kill: %d revocations, health %+v", got, now.Health)
	}
	for _, other := range before {
		if other.ID != c.ID {
			k.handsOut(other.Name, other.Grant.AccessToken.Reveal())
		}
	}
	if k.seed%2 == 0 {
		k.run(0, "revoke", c.Name)
		if now := k.get(c.ID); now.Health.Trouble != store.TroubleRevoked {
			k.t.Errorf("revoked again: health %+v", now.Health)
		}
		if got := k.server.Stats().Revocations; got != 3 {
			k.t.Errorf("%d revocations, want both tokens once more", got)
		}
		return "revoked by the next revoke"
	}
	want, outcome := store.TroubleDead, "the next refresh needs a sign-in"
	if k.kind == testserver.K5 {
		want, outcome = store.TroubleTransient, "the next refresh waits for a third refusal (K5)"
	}
	_ = k.process(0, "refresh", c.Name).Run() // the record is what counts
	now = k.get(c.ID)
	if now.Health.Trouble != want || !now.Grant.RefreshToken.Equal(c.Grant.RefreshToken) {
		k.t.Errorf("refreshed after the kill: health %+v", now.Health)
	}
	return outcome
}

// all is the whole content of a store.
func all(t *testing.T, b *store.Bolt) store.Dump {
	t.Helper()
	d, err := b.Dump(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.Created = time.Time{} // of the dump
	return d
}

var sameSecret = gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })

// unchanged holds the store to its content before the kill, and each connection to its token.
func (k *killed) unchanged(want store.Dump, list []store.Connection) {
	k.t.Helper()
	k.sound(len(list))
	if diff := gocmp.Diff(want, all(k.t, k.store), sameSecret); diff != "" {
		k.t.Errorf("the content is another one after the kill: %s", diff)
	}
	c := list[k.draw.IntN(len(list))]
	k.handsOut(c.Name, c.Grant.AccessToken.Reveal())
}

func killRekey(k *killed) string {
	list, _ := k.plantAll(1+k.draw.IntN(6), 0)
	want := all(k.t, k.store)
	k.killAt(1, "store", "rekey")
	k.unchanged(want, list) // opened by the key file and, in k.store, by the old master key
	k.run(0, "store", "rekey")
	k.sound(len(list))
	k.handsOut(list[0].Name, list[0].Grant.AccessToken.Reveal())
	return "the old key opens, rekeyed by the next one"
}

// temps are the unfinished files beside a store.
func (k *killed) temps() []string {
	k.t.Helper()
	left, err := filepath.Glob(k.store.Path() + ".new-*")
	if err != nil {
		k.t.Fatal(err)
	}
	return left
}

func (k *killed) file() (os.FileInfo, []byte) {
	k.t.Helper()
	info, err := os.Stat(k.store.Path())
	if err != nil {
		k.t.Fatal(err)
	}
	content, err := os.ReadFile(k.store.Path())
	if err != nil {
		k.t.Fatal(err)
	}
	return info, content
}

func killCompact(k *killed) string {
	list, _ := k.plantAll(1+k.draw.IntN(6), 0)
	want := all(k.t, k.store)
	old, content := k.file()
	k.killAt(1, "store", "compact")
	now, nowContent := k.file()
	outcome := "the new file whole"
	if k.point == "compact.written" {
		outcome = "the old file whole"
		if !os.SameFile(old, now) || !bytes.Equal(content, nowContent) {
			k.t.Error("the file changed before the rename")
		}
		if len(k.temps()) != 1 {
			k.t.Errorf("unfinished files %q, want the new one", k.temps())
		}
	} else if os.SameFile(old, now) || len(k.temps()) != 0 {
		k.t.Errorf("the new file is not in place; unfinished %q", k.temps())
	}
	k.unchanged(want, list)
	k.run(0, "store", "compact")
	if left := k.temps(); len(left) != 0 {
		k.t.Errorf("the next compaction leaves %q", left)
	}
	k.unchanged(want, list)
	return outcome
}

func killImport(k *killed) string {
	list, _ := k.plantAll(1+k.draw.IntN(4), 0)
	key, file, n := k.backup(1 + k.draw.IntN(30))
	want := all(k.t, k.store)
	k.killAt(1, "import", file, "--identity", key)
	k.unchanged(want, list)
	if out := k.run(0, "import", file, "--identity", key, "--json"); out == "" {
		k.t.Error("the import after the kill says nothing")
	}
	k.sound(len(list) + n)
	k.handsOut(list[0].Name, list[0].Grant.AccessToken.Reveal())
	return "the old state whole, imported by the next one"
}
