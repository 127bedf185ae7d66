package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authdeck/internal/secret"
)

// TestMain also is the body of the child processes that tests start: real processes, to be killed and stopped.
func TestMain(m *testing.M) {
	if role := os.Getenv("STORE_TEST_CHILD"); role != "" {
		runtime.LockOSThread() // strace counts calls by thread
		os.Exit(child(role, os.Getenv("STORE_TEST_DIR")))
	}
	goleak.VerifyTestMain(m)
}

// long reports whether the tests run at full length.
func long() bool { return os.Getenv("AUTHDECK_LONG") == "1" }

var testKey = bytes.Repeat([]byte{7}, keySize)

// folder is a data folder that is not there yet.
func folder(t testing.TB) string { return filepath.Join(t.TempDir(), "data") }

func options() Options {
	return Options{Keys: []KeySource{MemoryKey(testKey)}, Create: true, Version: "test"}
}

func open(t testing.TB, dir string) *Bolt {
	t.Helper()
	b, err := Open(t.Context(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sample is a connection with every field set.
func sample(n int) Connection {
	at := time.Date(2026, 11, 25, 12, 0, n%60, 123456789, time.UTC)
	s := strconv.Itoa(n)
	return Connection{
		Name: "connection-" + s, Integration: "demo", CreatedAt: at, Identity: "ada@example.com", IdentityImage: "https://example.com/ada.png",
		Subject: "subject-" + s, UserData: json.RawMessage(`{"sub":"subject-` + s + `"}`), Config: map[string]string{"host": "example.com", "": ""},
		ScopesAsked: []string{"openid", "email", ""}, ScopesGranted: []string{"openid"}, Flow: "browser", Browser: "none",
		Grant: Grant{
			AccessToken: secret.New("access-" + s), RefreshToken: secret.New("refresh-" + s), PreviousRefreshToken: secret.New("previous-" + s),
			IDToken: secret.New("id-" + s), TokenType: "Bearer", ObtainedAt: at, RefreshedAt: at.Add(time.Hour), Lifetime: LifetimeKnown,
			ExpiresAt: at.Add(2 * time.Hour), RefreshExpiresAt: at.Add(24 * time.Hour), RefreshSince: at, RefreshLimit: at.Add(48 * time.Hour), Rotations: n, Extra: json.RawMessage(`{"x":1}`), Capped: true,
		},
		Health: Health{Trouble: TroubleTransient, Reason: "the network is down", Since: at, Tries: 3, RetryAt: at.Add(time.Minute), NotBefore: at.Add(time.Second)},
	}
}

func put(t testing.TB, s Store, c Connection, w Write) Connection {
	t.Helper()
	stored, err := s.Put(t.Context(), c, w)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// child runs one role and returns the exit code.
func child(role, dir string) int {
	ctx := context.Background()
	switch role {
	case "restore":
		return ended(childRestore(ctx, dir))
	case "mount":
		return ended(childMount(ctx, dir))
	}
	o := options()
	if id, ok := strings.CutPrefix(role, "timed "); ok {
		if err := childTimed(ctx, dir, os.Getenv("STORE_TEST_KEY"), id); err != nil {
			fmt.Println("error", err)
			return 1
		}
		return 0
	}
	if role == "floor" {
		if err := childFloor(filepath.Join(dir, dbFile)); err != nil {
			fmt.Println("error", err)
			return 1
		}
		return 0
	}
	if n, ok := strings.CutPrefix(role, "rekey "); ok {
		if err := childRekey(ctx, dir, n); err != nil {
			fmt.Println("error", err)
			return 1
		}
		return 0
	}
	if role == "kernel" {
		o = Options{Keys: []KeySource{KernelKeyring()}}
	}
	b, err := Open(ctx, dir, o)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	name, argument, _ := strings.Cut(role, " ")
	switch name {
	case "put":
		err = childPut(ctx, b)
	case "mixed":
		err = childMixed(ctx, dir, argument)
	case "faulty":
		err = childFaulty(ctx, b)
	case "stuck":
		err = childStuck(ctx, b)
	case "hang":
		err = b.write(ctx, func(*txn) error {
			fmt.Println("inside")
			_, err := io.Copy(io.Discard, os.Stdin)
			return err
		})
	case "lock":
		err = childLock(ctx, b, argument)
	case "kernel":
		_, err = b.List(ctx)
	case "answer":
		err = childAnswer(ctx, b, argument)
	case "hold":
		err = childHold(ctx, b)
	case "write":
		err = childWrite(ctx, b)
	case "handout":
		err = childHandout(ctx, b, argument)
	default:
		err = childHere(ctx, b, name, argument)
	}
	return ended(err)
}

func ended(err error) int {
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}
