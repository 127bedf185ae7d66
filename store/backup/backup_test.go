package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/store"
)

const (
	passphrase = "correct horse"
	quickWork  = 10 // scrypt's cost is not what these tests are about
)

var (
	day          = time.Date(2026, 11, 25, 12, 0, 0, 123456789, time.UTC)
	equalSecrets = gocmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })
)

// sample is a dump with every field set, and bytes of all kinds in its texts.
func sample() store.Dump {
	d := store.Dump{StoreID: strings.Repeat("ab", 16), Created: day}
	for i, odd := range []string{"", "ä\x1b[31m<&>\u2028\ufffd", "\xff\xfe\x00"} {
		n := strconv.Itoa(i)
		at := day.Add(time.Duration(i) * time.Hour)
		d.Connections = append(d.Connections, store.Dumped{
			Connection: store.Connection{
				ID: strings.Repeat("0", 31) + n, Name: "work-" + n + odd, Integration: "demo" + odd, Generation: uint64(i + 1), CreatedAt: at, Identity: "ada" + odd,
				IdentityImage: "https://example.com/" + odd, Subject: "subject" + odd, UserData: json.RawMessage(`{ "a":"` + odd + `"}`),
				Config: map[string]string{"host" + odd: "example.com" + odd, "": ""}, ScopesAsked: []string{"openid", odd}, ScopesGranted: []string{},
				Flow: "browser", Browser: "none",
				Grant: store.Grant{
					AccessToken: secret.New("access-" + n + odd), RefreshToken: secret.New("refresh-" + n + odd), PreviousRefreshToken: secret.New("previous" + odd),
					IDToken: secret.New("id" + odd), TokenType: "Bearer", ObtainedAt: at, RefreshedAt: at.Add(1), Lifetime: store.LifetimeKnown,
					ExpiresAt: at.Add(2), RefreshExpiresAt: at.Add(3), Rotations: i, Extra: json.RawMessage(`[1, 2]`), Capped: i > 0,
				},
				Health:       store.Health{Trouble: store.TroubleDead, Reason: "invalid_grant" + odd, Since: at, Tries: 3, RetryAt: at.Add(4), NotBefore: at.Add(5)},
				RestoredFrom: at.Add(-1), History: 1,
			},
			Newer: []byte{99, 1, byte(i)}, Events: []store.Event{{Time: at, Connection: "work" + odd, Event: "login", Outcome: "ok", Detail: "detail" + odd}},
		})
	}
	d.Connections = append(d.Connections, store.Dumped{Connection: store.Connection{ID: strings.Repeat("f", 32), Name: "bare", Generation: 1}})
	d.Events = []store.Event{{Time: day, Connection: "gone", ID: strings.Repeat("e", 32), Event: "remove", Outcome: "ok", Detail: "x"}}
	d.Settings = []store.DumpedSetting{
		{Section: "integration", Key: "demo", Value: json.RawMessage(`{"client_secret":"s3cret\u003c"}`), Changed: day},
		{Section: "", Key: "", Value: json.RawMessage(`null`)},
	}
	return d
}

func quick(t testing.TB) Recipients {
	t.Helper()
	r, err := forPassphrase(secret.New(passphrase), quickWork)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func said(p string) Opener {
	return Opener{Passphrase: func() (secret.String, error) { return secret.New(p), nil }}
}

func written(t testing.TB, d store.Dump, to Recipients, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, to, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// identity is a key pair of age.
func identity(t testing.TB) (Recipients, Opener) {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := ForRecipients([]string{i.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	list, err := ParseIdentities(strings.NewReader("# a comment\n\n" + i.String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return to, Opener{Identities: list}
}

func TestBackup_RoundTrip(t *testing.T) {
	to, with := identity(t)
	other, _ := identity(t)
	for _, c := range []struct {
		name string
		to   Recipients
		with Opener
	}{
		{"passphrase", quick(t), said(passphrase)},
		{"recipient", to, with},
		{"one of two recipients", Recipients{append(other.list, to.list...)}, with},
		{"recipient, and a passphrase that nobody asks for", to, Opener{Identities: with.Identities, Passphrase: func() (secret.String, error) {
			t.Error("the passphrase was asked for")
			return secret.String{}, nil
		}}},
	} {
		for _, armored := range []bool{false, true} {
			t.Run(c.name+" armored "+strconv.FormatBool(armored), func(t *testing.T) {
				manifests := []Manifest{{"acme", "id: acme\n"}, {"\xff", ""}}
				b := written(t, sample(), c.to, Options{Armor: armored, Program: "test", Manifests: manifests})
				if isText := bytes.HasPrefix(b, []byte(armor.Header)); isText != armored {
					t.Errorf("it begins %q", b[:30])
				}
				if bytes.Contains(b, []byte("refresh-0")) {
					t.Error("a token is in the plain")
				}
				got, err := Read(bytes.NewReader(b), c.with)
				if err != nil {
					t.Fatal(err)
				}
				if diff := gocmp.Diff(Contents{sample(), manifests}, got, equalSecrets); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestBackup_WhatIsWrittenByDefault(t *testing.T) {
	to, err := ForPassphrase(secret.New(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	b := written(t, store.Dump{Created: day}, to, Options{})
	if header := string(b[:120]); !strings.Contains(header, " 18\n") {
		t.Errorf("the header is %q, want work factor 18", header)
	}
	if _, err := Read(bytes.NewReader(b), said(passphrase)); err != nil {
		t.Error(err)
	}
	if _, err := ForPassphrase(secret.String{}); err == nil {
		t.Error("an empty passphrase was taken")
	}
	if err := Write(io.Discard, store.Dump{}, Recipients{}, Options{}); err == nil {
		t.Error("a backup for nobody was written")
	}
}

// A calendar year that RFC 3339 cannot write must not keep anybody from having a backup.
func TestBackup_TimesBeyondTheCalendar(t *testing.T) {
	d := store.Dump{Created: day, Connections: []store.Dumped{{Connection: store.Connection{ID: strings.Repeat("1", 32), Generation: 1, Grant: store.Grant{
		ExpiresAt: time.Unix(1<<40, 0), ObtainedAt: time.Unix(-1<<40, 0),
	}}}}}
	got, err := Read(bytes.NewReader(written(t, d, quick(t), Options{})), said(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if g := got.Connections[0].Grant; g.ExpiresAt.Year() != 9999 || !g.ObtainedAt.IsZero() {
		t.Errorf("times %s and %s", g.ExpiresAt, g.ObtainedAt)
	}
}

func TestBackup_RecordTooLargeIsSaidAtOnce(t *testing.T) {
	d := sample()
	d.Connections[0].UserData = bytes.Repeat([]byte("x"), maxRecord)
	if err := Write(io.Discard, d, quick(t), Options{}); err == nil || !strings.Contains(err.Error(), "10 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestRecipients_AreNeverQuoted(t *testing.T) {
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{i.String(), "", "age1broken", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN", "\x00\xff"} {
		_, err := ForRecipients([]string{given})
		if !errors.Is(err, ErrBadRecipient) || given != "" && strings.Contains(err.Error(), given) {
			t.Errorf("%q: %v", given, err)
		}
	}
	secretKey := i.String()
	for _, given := range []string{secretKey[:40], secretKey + "Q", i.Recipient().String(), "", "\xff"} {
		_, err := ParseIdentities(strings.NewReader(given))
		if !errors.Is(err, ErrBadIdentity) || given != "" && strings.Contains(err.Error(), given) {
			t.Errorf("%q: %v", given, err)
		}
	}
	if _, err := ForRecipients(nil, strings.NewReader("# mine\n"+i.Recipient().String()+"\n")); err != nil {
		t.Errorf("a file of recipients: %v", err)
	}
}

var errDisk = errors.New("the disk is gone")

func TestRead_ErrorOfTheSourceIsNoDamage(t *testing.T) {
	b := written(t, sample(), quick(t), Options{})
	for _, n := range []int{0, 10, 100, len(b) - 10} {
		_, err := Read(io.MultiReader(bytes.NewReader(b[:n]), failing{}), said(passphrase))
		if !errors.Is(err, errDisk) || errors.Is(err, ErrDamaged) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errDisk }

func TestRead_AskingFails(t *testing.T) {
	b := written(t, sample(), quick(t), Options{})
	_, err := Read(bytes.NewReader(b), Opener{Passphrase: func() (secret.String, error) { return secret.String{}, errDisk }})
	if !errors.Is(err, errDisk) || errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// Cut at any byte, and with any byte changed, nothing comes out of it.
func TestRead_CutAndFlippedEverywhere(t *testing.T) {
	d := store.Dump{Created: day, Connections: sample().Connections[:1]}
	to, with := identity(t)
	for _, armored := range []bool{false, true} {
		whole := written(t, d, to, Options{Armor: armored})
		for i := range whole {
			if armored && i == len(whole)-1 {
				continue // the last line break of an armored file may be missing
			}
			if _, err := Read(bytes.NewReader(whole[:i]), with); err == nil {
				t.Errorf("cut at %d of %d it reads", i, len(whole))
			}
			flipped := bytes.Clone(whole)
			flipped[i] ^= 0x01
			if got, err := Read(bytes.NewReader(flipped), with); err == nil {
				// A line break may have another form in an armored file.
				if diff := gocmp.Diff(d, got.Dump, equalSecrets); diff != "" {
					t.Errorf("with byte %d changed it reads otherwise: %s", i, diff)
				}
			}
		}
	}
}
