package backup

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/store"
)

// fill puts another sentinel into every text that v holds, and something into every list and map.
func fill(v reflect.Value, n *int) {
	sentinel := func() string {
		*n++
		return fmt.Sprintf("Sentinel%04dxyz", *n)
	}
	switch v.Interface().(type) {
	case secret.String:
		v.Set(reflect.ValueOf(secret.New(sentinel())))
		return
	case time.Time:
		v.Set(reflect.ValueOf(day))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(sentinel())
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(`"` + sentinel() + `"`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(sentinel()), reflect.ValueOf(sentinel()))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("a field of kind " + v.Kind().String() + " that this test knows nothing of")
	}
}

func redact(t *testing.T, d store.Dump, public func(string) bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := Redact(&b, d, Report{Program: "v1", System: "linux/amd64", Public: public, Rand: rand.Reader}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever text a record may ever hold, a field added tomorrow included, is not in the report.
func TestRedact_NoTextOfTheStoreIsInIt(t *testing.T) {
	var d store.Dump
	n := 0
	fill(reflect.ValueOf(&d).Elem(), &n)
	if n < 80 {
		t.Fatalf("only %d texts were planted", n)
	}
	full := written(t, d, Recipients{list: quick(t).list}, Options{})
	back, err := Read(bytes.NewReader(full), said(passphrase))
	if err != nil || back.Connections[0].Grant.AccessToken.Reveal() != d.Connections[0].Grant.AccessToken.Reveal() {
		t.Fatalf("the planted dump is none: %v", err)
	}
	if got := redact(t, d, func(string) bool { return false }); strings.Contains(got, "Sentinel") || strings.Contains(got, "xyz") {
		t.Errorf("the report shows %s", got)
	}
}

// The same with texts as they are met, words of protocols among them.
func TestRedact_TextsAsTheyAreMet(t *testing.T) {
	d := sample()
	private := []string{
		"ada.lovelace@corp.example", "4815162342", "acme-internal", "sso.corp.example", "ya29.a0AfH6SNtokentoken", "C02HQ1234", "tenant-9",
		"https://graph.example/.default", "Lovelace", "hunter2", "Ada's laptop",
	}
	c := &d.Connections[0]
	c.Name, c.Identity, c.Subject, c.Integration = private[0], private[0], private[1], private[2]
	c.Config = map[string]string{"host": private[3], private[6]: "x"}
	c.Grant.AccessToken, c.Grant.TokenType = secret.New(private[4]), private[5]
	c.ScopesAsked = []string{private[7]}
	c.UserData = json.RawMessage(`{"name":"` + private[8] + `"}`)
	c.Health.Reason = "invalid_grant: user " + private[0] + " of " + private[3] + ": HTTP 400 (session 401-" + private[1] + ")"
	c.Events = []store.Event{{Time: day, Connection: private[0], Event: "rename", Outcome: "ok", Detail: "from " + private[10] + " to " + private[0]}}
	d.Events = append(d.Events, store.Event{Time: day, Connection: private[0], Event: private[8], Outcome: private[9], Detail: private[9] + " invalid_client"})
	d.Settings = append(d.Settings, store.DumpedSetting{Section: private[2], Key: private[2], Value: json.RawMessage(`"` + private[9] + `"`)})
	c.Browser = private[10]
	d.Connections[1].Integration = "github"

	first := redact(t, d, func(id string) bool { return id == "github" })
	for _, p := range private {
		if strings.Contains(first, p) {
			t.Errorf("the report shows %q", p)
		}
	}
	var r redacted
	if err := json.Unmarshal([]byte(first), &r); err != nil {
		t.Fatal(err)
	}
	got := r.Connections[0]
	if got.Reason != "invalid_grant … 400 … 401 …" || got.Trouble != "dead" || !got.ObtainedAt.Equal(day) || got.TokenType != other || !got.HasAccessToken {
		t.Errorf("what a report is for is missing: %+v", got)
	}
	if got.Name != got.History[0].Connection || got.Name != r.History[1].Connection || got.Name == r.Connections[1].Name {
		t.Errorf("names are not the same everywhere: %s, %s, %s", got.Name, got.History[0].Connection, r.History[1].Connection)
	}
	if r.Connections[1].Integration != "github" || !strings.HasPrefix(got.Integration, "integration-") {
		t.Errorf("integrations %s and %s", r.Connections[1].Integration, got.Integration)
	}
	if e := r.History[1]; e.Event != other || e.Outcome != other || e.Detail != "… invalid_client" {
		t.Errorf("event %+v", e)
	}
	if keys := slices.Sorted(maps.Keys(r.Settings)); !slices.Equal(keys, []string{"", other, "integration"}) {
		t.Errorf("settings %v", r.Settings)
	}
	var second redacted
	if err := json.Unmarshal([]byte(redact(t, d, func(string) bool { return true })), &second); err != nil || second.Connections[0].Name == got.Name {
		t.Errorf("two reports have one name: %s, %v", got.Name, err)
	}
}
