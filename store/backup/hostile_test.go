package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"authdeck/internal/secret"
	"authdeck/store"
)

// sealed is a text of an attacker's in a file that opens.
func sealed(t testing.TB, plain string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, quick(t).list...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// object is a backup in the plain, with other members.
func object(members string) string {
	return `{"authdeck":"backup","version":1,"created":"2026-11-25T12:00:00Z",` + members + `}`
}

const nothing = `"connections":[],"history":[],"settings":[]`

// TestRead_HostileFiles: each is refused by the right error, in bounded memory; nothing is written, since Read returns no
// dump. That Merge refuses what only it can see is tested in store.
func TestRead_HostileFiles(t *testing.T) {
	good := written(t, sample(), quick(t), Options{})
	to, _ := identity(t)
	costly := func(work string) []byte { return bytes.Replace(good, []byte(" 10\n"), []byte(" "+work+"\n"), 1) }
	body := func(plain string) func(testing.TB) []byte {
		return func(t testing.TB) []byte { return sealed(t, plain) }
	}
	file := func(b []byte) func(testing.TB) []byte { return func(testing.TB) []byte { return b } }
	for _, c := range []struct {
		name string
		file func(testing.TB) []byte
		want error
	}{
		{"empty", file(nil), ErrNotBackup},
		{"text", file([]byte("hello\n")), ErrNotBackup},
		{"the object in the plain", file([]byte(object(nothing))), ErrNotBackup},
		{"a zip", file([]byte("PK\x03\x04")), ErrNotBackup},
		{"zeros", file(make([]byte, 1<<20)), ErrNotBackup},
		{"a header and no end", file([]byte("age-encryption.org/v1\n" + strings.Repeat("-> X25519 x\n\n", 200_000))), ErrDamaged},
		{"a line that never ends", file([]byte("age-encryption.org/v1\n" + strings.Repeat("x", 3<<20))), ErrTooLarge},
		{"another version of age", file([]byte("age-encryption.org/v9\n-> X25519 x\n")), ErrDamaged},
		{"armor of nothing", file([]byte(armor.Header + "\n" + armor.Footer + "\n")), ErrDamaged},
		{"armor of rubbish", file([]byte(armor.Header + "\n!!!!\n" + armor.Footer + "\n")), ErrDamaged},
		{"something behind the armor", file(append(written(t, sample(), quick(t), Options{Armor: true}), "more"...)), ErrDamaged},
		{"something behind the end", file(append(bytes.Clone(good), 0)), ErrDamaged},
		{"two files in one", file(append(bytes.Clone(good), good...)), ErrDamaged},
		{"another work factor than it was sealed with", file(costly("11")), ErrWrongKey},
		{"a work factor of a minute", file(costly("25")), ErrTooCostly},
		{"a work factor of years", file(costly("60")), ErrTooCostly},
		{"for other recipients", file(written(t, sample(), to, Options{})), ErrNeedsIdentity},
		{"sealed nothing", body(""), ErrNotBackup},
		{"sealed text", body("hello"), ErrNotBackup},
		{"sealed array", body("[]"), ErrNotBackup},
		{"another program's", body(`{"other":"backup","version":1}`), ErrNotBackup},
		{"a report", body(`{"authdeck":"report","version":1}`), ErrNotBackup},
		{"no version", body(`{"authdeck":"backup","connections":[]}`), ErrNotBackup},
		{"version as text", body(`{"authdeck":"backup","version":"1"}`), ErrNotBackup},
		{"version 0", body(`{"authdeck":"backup","version":0}`), ErrNotBackup},
		{"version 1.5", body(`{"authdeck":"backup","version":1.5}`), ErrNotBackup},
		{"newer version", body(`{"authdeck":"backup","version":2,"anything":`), ErrNewerVersion},
		{"far newer version", body(`{"authdeck":"backup","version":1e300}`), ErrNewerVersion},
		{"cut JSON", body(object(nothing)[:80]), ErrDamaged},
		{"no connections", body(object(`"history":[],"settings":[]`)), ErrDamaged},
		{"no time", body(`{"authdeck":"backup","version":1,` + nothing + `}`), ErrDamaged},
		{"connections are an object", body(object(`"connections":{},"history":[],"settings":[]`)), ErrDamaged},
		{"a connection is a number", body(object(`"connections":[1],"history":[],"settings":[]`)), ErrDamaged},
		{"a member twice", body(object(nothing + `,"settings":[]`)), ErrDamaged},
		{"a manifest is a text", body(object(nothing + `,"manifests":["id: acme"]`)), ErrDamaged},
		{"two objects", body(object(nothing) + object(nothing)), ErrDamaged},
		{"a generation below 0", body(object(`"connections":[{"id":"x","generation":-1}],"history":[],"settings":[]`)), ErrDamaged},
		{"a generation beyond 64 bits", body(object(`"connections":[{"generation":18446744073709551616}],"history":[],"settings":[]`)), ErrDamaged},
		{"a token as a number", body(object(`"connections":[{"grant":{"access_token":7}}],"history":[],"settings":[]`)), ErrDamaged},
		{"a token in bad base64", body(object(`"connections":[{"grant":{"access_token":{"base64":"*"}}}],"history":[],"settings":[]`)), ErrDamaged},
		{"a time that is none", body(object(`"connections":[{"created_at":"sentinel-7f3a91"}],"history":[],"settings":[]`)), ErrDamaged},
		{"a bomb of brackets", body(object(`"x":` + strings.Repeat("[", 1<<20))), ErrDamaged},
		{"a record that never ends", body(object(`"connections":[{"name":"` + strings.Repeat("x", maxRecord+1))), ErrTooLarge},
		{"a name that never ends", body(object(`"` + strings.Repeat("x", maxRecord+1))), ErrTooLarge},
		{"an unknown member that never ends", body(object(`"x":"` + strings.Repeat("x", maxRecord+1))), ErrTooLarge},
		{"blanks that never end", body(object(nothing) + strings.Repeat(" ", maxRecord+1)), ErrTooLarge},
		{"too many connections", body(object(`"connections":[{}` + strings.Repeat(",{}", maxConnections) + `],"history":[],"settings":[]`)), ErrTooLarge},
		{"too many members", body(object(func() string {
			var b strings.Builder
			for i := range 1001 {
				fmt.Fprintf(&b, `"x%d":0,`, i)
			}
			return b.String() + nothing
		}())), ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.file(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			d, err := Read(bytes.NewReader(b), said(passphrase))
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.want) || d.Connections != nil || d.Settings != nil {
				t.Errorf("error %v, want %v; %d connections", err, c.want, len(d.Connections))
			}
			if err != nil && (strings.Contains(err.Error(), "sentinel") || len(err.Error()) > 300) {
				t.Errorf("the error shows content: %.400s", err)
			}
			if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 600 {
				t.Errorf("it took %d MiB", spent)
			}
		})
	}
	for name, o := range map[string]Opener{"wrong passphrase": said("another"), "empty passphrase": said("")} {
		if _, err := Read(bytes.NewReader(good), o); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(bytes.NewReader(good), Opener{}); !errors.Is(err, ErrNeedsPassphrase) {
		t.Errorf("no passphrase: %v", err)
	}
	_, other := identity(t)
	if _, err := Read(bytes.NewReader(written(t, sample(), to, Options{})), other); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another identity: %v", err)
	}
}

// A backup that costs too much is refused before anybody types a passphrase.
func TestRead_CostIsSeenBeforeAsking(t *testing.T) {
	good := written(t, sample(), quick(t), Options{})
	_, err := Read(bytes.NewReader(bytes.Replace(good, []byte(" 10\n"), []byte(" 21\n"), 1)), Opener{Passphrase: func() (secret.String, error) {
		t.Error("it was asked for")
		return secret.New(passphrase), nil
	}})
	if !errors.Is(err, ErrTooCostly) {
		t.Error(err)
	}
}

// Members and elements that a newer program of the same version adds are stepped over.
func TestRead_UnknownMembers(t *testing.T) {
	id := strings.Repeat("a", 32)
	plain := object(`"new":{"a":[1,{"b":null}]},"connections":[{"id":"` + id + `","generation":1,"new":[{}],"grant":{"new":1,"access_token":"t"}}],
		"history":[{"time":"2026-11-25T12:00:00Z","event":"x","new":true}],"settings":[{"section":"a","key":"b","value":{"c": 1},"new":0}],"later":"x"`)
	d, err := Read(bytes.NewReader(sealed(t, plain)), said(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Connections) != 1 || d.Connections[0].Grant.AccessToken.Reveal() != "t" || len(d.Events) != 1 || string(d.Settings[0].Value) != `{"c": 1}` {
		t.Errorf("read %+v", d)
	}
}

// FuzzImport feeds any bytes to both layers: what is read can be merged or is refused, and comes back as it was.
func FuzzImport(f *testing.F) {
	var plain bytes.Buffer
	if err := encode(&plain, sample(), Options{Program: "x", Manifests: []Manifest{{"acme", "id: acme\n"}}}); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.Bytes())
	f.Add([]byte(object(nothing)))
	f.Add([]byte(object(`"connections":[{"id":"` + strings.Repeat("a", 32) + `","generation":1,"newer":"YwEB"}],"history":[{}],"settings":[{"value":1}]`)))
	f.Add([]byte(`{"authdeck":"backup","version":2}`))
	f.Add(written(f, sample(), quick(f), Options{}))
	f.Add(written(f, sample(), quick(f), Options{Armor: true}))
	b, err := store.Open(f.Context(), f.TempDir()+"/data", store.Options{Keys: []store.KeySource{store.MemoryKey(make([]byte, 32))}, Create: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := Read(bytes.NewReader(file), Opener{}); err == nil {
			t.Fatal("it was read without a key")
		}
		d, err := decode(bytes.NewReader(file))
		if err != nil {
			return
		}
		if _, err := b.Merge(t.Context(), d.Dump, store.MergeOptions{DryRun: true}); err != nil && !errors.Is(err, store.ErrBadDump) {
			t.Fatalf("merge: %v", err)
		}
		var again, third bytes.Buffer
		if err := encode(&again, d.Dump, Options{Manifests: d.Manifests}); err != nil {
			t.Fatalf("write again: %v", err)
		}
		d2, err := decode(bytes.NewReader(again.Bytes()))
		if err != nil {
			t.Fatalf("read again: %v", err)
		}
		if err := encode(&third, d2.Dump, Options{Manifests: d2.Manifests}); err != nil || !bytes.Equal(again.Bytes(), third.Bytes()) {
			t.Fatalf("it did not come back as it was: %v", err)
		}
	})
}
