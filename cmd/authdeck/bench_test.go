package main

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// BenchmarkTokenAgainstHello is `authdeck token` of a valid connection against an empty Go program, run in turns; the
// ratio of the medians is the figure (docs/benchmarks.md).
func BenchmarkTokenAgainstHello(b *testing.B) {
	path, err := built()
	if err != nil {
		b.Fatal(err)
	}
	hello := buildHello(b)
	env := filledStore(b)
	ours, theirs := make([]time.Duration, 0, b.N), make([]time.Duration, 0, b.N)
	token := func() *exec.Cmd {
		cmd := exec.Command(path, "token", "kept")
		cmd.Env = env
		return cmd
	}
	timed(b, token()) // once for the caches
	for b.Loop() {
		theirs = append(theirs, timed(b, exec.Command(hello)))
		ours = append(ours, timed(b, token()))
	}
	x, y := median(ours), median(theirs)
	b.ReportMetric(float64(x.Microseconds())/1000, "token-ms")
	b.ReportMetric(float64(y.Microseconds())/1000, "hello-ms")
	b.ReportMetric(float64(x)/float64(y), "ratio")
}

func timed(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", cmd.Path, err, out)
	}
	return time.Since(began)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func buildHello(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	source, path := filepath.Join(dir, "main.go"), filepath.Join(dir, "hello")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() { println(\"hello\") }\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", path, source).CombinedOutput(); err != nil {
		b.Fatalf("build hello: %v\n%s", err, out)
	}
	return path
}

// filledStore makes a store with one connection "kept" of a provider in another process.
func filledStore(b *testing.B) []string {
	b.Helper()
	env := []string{noKeyring, "AUTHDECK_DATA_DIR=" + b.TempDir(), "XDG_CONFIG_HOME=" + b.TempDir(), "HOME=" + b.TempDir(), "PATH=" + os.Getenv("PATH")}
	issuer := serveDemo(b, "--token-ttl", "1h").Issuer
	verb(b, env, "store", "key-file", filepath.Join(b.TempDir(), "key"))
	verb(b, env, "integrations", "add", issuer, "--name", "local")
	verb(b, env, "login", "local", "--name", "kept", "--browser", mustLook(b, "playbrowser"))
	return env
}

// BenchmarkIdleUI is the UI over 10,000 connections at 120×40, left alone for ten seconds: first frame, bytes to the
// terminal, processor time and resident memory.
func BenchmarkIdleUI(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		e := start(b, 120, 40, nil, "demo", "--connections", "10000", "--browser", "none")
		e.until(`10000 of 10000`, 120*time.Second)
		b.ReportMetric(time.Since(began).Seconds(), "s-to-list")
		wait(2 * time.Second)
		bytes, cpu := len(e.output()), processorTime(b, e.cmd.Process.Pid)
		wait(10 * time.Second)
		b.ReportMetric(float64(len(e.output())-bytes)/10, "B/s")
		b.ReportMetric(100*(processorTime(b, e.cmd.Process.Pid)-cpu).Seconds()/10, "%cpu")
		b.ReportMetric(residentMB(b, e.cmd.Process.Pid), "MB")
		e.press("q")
		e.exit(10 * time.Second)
	}
}

// BenchmarkIdleWatch is `watch` over 10,000 connections of which none is due: processor and memory of the process.
func BenchmarkIdleWatch(b *testing.B) {
	data, key := filepath.Join(b.TempDir(), "data"), filepath.Join(b.TempDir(), "key")
	if err := store.CreateKeyFile(key, rand.Reader); err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.Context(), data, store.Options{Keys: []store.KeySource{store.KeyFile(key)}, Create: true})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UTC()
	list := make([]store.Connection, 10000)
	for i := range list {
		list[i] = store.Connection{
			Name: "work-" + strconv.Itoa(i), Integration: "github", Identity: "ada@example.com", CreatedAt: now,
			Grant: store.Grant{
				AccessToken: secret.New(strings.Repeat("a", 900)), RefreshToken: secret.New(strings.Repeat("r", 900)), TokenType: "Bearer",
				ObtainedAt: now, Lifetime: store.LifetimeKnown, ExpiresAt: now.Add(8*time.Hour + time.Duration(i)*time.Second),
			},
		}
	}
	if err := st.PutAll(b.Context(), list); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e := start(b, 120, 40, []string{noKeyring, "AUTHDECK_DATA_DIR=" + data, "AUTHDECK_KEY_FILE=" + key}, "watch")
		e.until(`watching`, 60*time.Second)
		wait(5 * time.Second) // the list is read
		cpu := processorTime(b, e.cmd.Process.Pid)
		wait(60 * time.Second)
		b.ReportMetric(100*(processorTime(b, e.cmd.Process.Pid)-cpu).Seconds()/60, "%cpu")
		b.ReportMetric(residentMB(b, e.cmd.Process.Pid), "MB")
		e.press("ctrl+c")
		if code := e.exit(10 * time.Second); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}

// wait lets the program idle: that is what is measured.
func wait(d time.Duration) { <-time.After(d) }

// processorTime reads user and system time from /proc, whose unit is 10 ms.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Fatalf("this figure needs /proc: %v", err)
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		b.Fatalf("this figure needs /proc: %v", err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return float64(pages*os.Getpagesize()) / (1 << 20)
}
