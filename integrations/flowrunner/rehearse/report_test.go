package rehearse

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/integrations/flowrunner/scaffold"
	"authdeck/internal/clock"
	"authdeck/internal/secret"
)

func open(t *testing.T, name string) *flowrunner.Service {
	t.Helper()
	s, err := newHost(t).Open(t.Context(), "../testdata/services/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rehearse(t *testing.T, name string, cfg integrations.Config, situations ...Situation) Report {
	t.Helper()
	r, err := Rehearse(t.Context(), open(t, name), Options{Config: cfg, Clock: clock.System(), Situations: situations})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The fault of shape 8 is seen by an action that worked before the refresh and fails after it.
func TestReport_RefreshBreaksActions(t *testing.T) {
	r := rehearse(t, "08-crm", nil, Plain)
	s := r.Situations[0]
	if s.Action == nil || !s.Action.Before || s.Action.After || s.Action.Name != "listObjects" || s.Action.Reason == "" {
		t.Errorf("%+v", s.Action)
	}
	if len(s.Faults) != 1 || !strings.Contains(s.Faults[0], "listObjects fails, which worked before it") {
		t.Errorf("%q", s.Faults)
	}
}

// The fault of shape 24: whatever happens, there is nothing to refresh, and the reason is the service's.
func TestReport_NothingToRefresh(t *testing.T) {
	r := rehearse(t, "24-campaigns", nil, Plain)
	f := r.Situations[0].Refresh
	if f.Outcome != NotRefreshable || f.State != "ok" || !strings.Contains(f.Reason, "Tokens of this provider do not expire") {
		t.Errorf("%+v", f)
	}
}

// The fault of shape 25: a failed refresh that is reported as success is told with the exchange that failed.
func TestReport_MaskedFailure(t *testing.T) {
	r := rehearse(t, "25-debits", nil, Trouble)
	s := r.Situations[0]
	if s.Refresh.Outcome != Unchanged || s.Refresh.State != "retrying" || len(s.Faults) != 1 || !strings.Contains(s.Faults[0], "although its refresh failed") {
		t.Errorf("%+v %q", s.Refresh, s.Faults)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "HTTP 500") {
		t.Errorf("%q", s.Warnings)
	}
}

// What was asked and printed stands in the report, in its order and with its operation.
func TestReport_RequestsAndConsole(t *testing.T) {
	r := rehearse(t, "02-chat", nil, InvalidGrant)
	s := r.Situations[0]
	want := []Request{
		{"executeCallback", "POST", "api.chat.example", "/oauth.access", 200},
		{"search", "POST", "api.chat.example", "/search.all", 200},
		{"executeCallback", "POST", "api.chat.example", "/oauth.access", 400},
		{"refreshToken", "POST", "api.chat.example", "/oauth.access", 400},
		{"refreshToken", "POST", "api.chat.example", "/oauth.access", 400},
	}
	if len(s.Requests) != len(want) {
		t.Fatalf("%+v", s.Requests)
	}
	for i, q := range s.Requests {
		if q != want[i] {
			t.Errorf("request %d: %+v, want %+v", i+1, q, want[i])
		}
	}
	if len(s.Console) != 2 || s.Console[0].Operation != "executeCallback" || !strings.HasPrefix(s.Console[0].Text, "error: The exchange did not work:") || s.Console[1].Operation != "refreshToken" {
		t.Errorf("%+v", s.Console)
	}
	if s.InTrouble == nil || s.InTrouble.State != SignInFailed || !strings.Contains(s.InTrouble.Reason, "invalid_grant") {
		t.Errorf("%+v", s.InTrouble)
	}
	if len(r.Hosts) != 1 || r.Hosts[0] != "api.chat.example" {
		t.Errorf("%v", r.Hosts)
	}
}

// An answer that does not come is a request without status, and the deadline's own words.
func TestReport_Slow(t *testing.T) {
	s := rehearse(t, "03-ledger", nil, Slow).Situations[0]
	last := s.Requests[len(s.Requests)-1]
	if last.Status != 0 || last.Operation != "refreshToken" || s.Refresh.Outcome != RetriedLater || !strings.Contains(s.Refresh.Reason, "Task execution is aborted due to timeout") {
		t.Errorf("%+v %+v", last, s.Refresh)
	}
}

var snake = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// The JSON has names in one style, lists where lists are, and neither tokens nor what a user set as a secret.
func TestReport_JSON(t *testing.T) {
	const mine = "my-very-own-secret"
	r := rehearse(t, "18-ads", integrations.Config{"appSecret": secret.New(mine)}, Plain, Expired)
	if len(r.MadeUp) != 1 || r.MadeUp[0] != "appId" {
		t.Errorf("made up: %v", r.MadeUp)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{mine, "rehearsal-access-", "rehearsal-refresh-", code} {
		if strings.Contains(string(raw), s) {
			t.Errorf("%s is in %s", s, raw)
		}
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	named(t, v, "report")
}

func named(t *testing.T, v any, at string) {
	t.Helper()
	switch x := v.(type) {
	case map[string]any:
		for name, inner := range x {
			if !snake.MatchString(name) {
				t.Errorf("%s has the member %q", at, name)
			}
			if inner == nil && name != "sign_in_in_trouble" && name != "second_refresh" && name != "refresh" && name != "action" {
				t.Errorf("%s.%s is null", at, name)
			}
			named(t, inner, at+"."+name)
		}
	case []any:
		for _, inner := range x {
			named(t, inner, at+"[]")
		}
	}
}

// The rows for people are as long as the headings, and say what matters.
func TestReport_Table(t *testing.T) {
	r := rehearse(t, "08-crm", nil)
	rows := r.Table()
	if len(rows) != 8 {
		t.Fatalf("%d rows", len(rows))
	}
	const refused = "login.crm.example: the grant is refused: invalid_grant"
	for i, want := range []struct{ row, fault, note string }{
		{"plain|fresh|not known|yes|https://login.crm.example|refreshed|ok", "the refresh reports success, and then listObjects fails", ""},
		{"rotating|fresh|not known|yes|https://login.crm.example|refreshed, then sign in needed|sign in needed", "the service drops the new refresh token", refused},
		{"no refresh token|fresh|not known|no|https://login.crm.example|sign in needed|sign in needed", "", "login.crm.example: the request is refused: invalid_request"},
		{"expired|fresh|not known|yes|https://login.crm.example|refreshed|ok", "the refresh reports success, and then listObjects fails", ""},
		{"500|fresh|not known|yes|https://login.crm.example|retried later|retrying", "", "login.crm.example: in trouble (HTTP 500)"},
		{"invalid grant|fresh|not known|yes|https://login.crm.example|sign in needed|sign in needed", "", refused},
		{"slow|fresh|not known|yes|https://login.crm.example|retried later|retrying", "", "login.crm.example: no whole answer came"},
	} {
		s := r.Situations[i]
		faults, notes := strings.Join(s.Faults, "; "), strings.Join(s.Notes(), "; ")
		if got := strings.Join(rows[i+1], "|"); got != want.row || !strings.HasPrefix(faults, want.fault) || (want.fault == "") != (faults == "") {
			t.Errorf("row %d:\n got %s (%s)\nwant %s (%s)", i+1, got, faults, want.row, want.fault)
		}
		if !strings.HasPrefix(notes, want.note) || (want.note == "") != (notes == "") || strings.Count(notes, "invalid_grant (") > 1 {
			t.Errorf("row %d: notes %q", i+1, notes)
		}
	}
	if r.Faults() != 3 {
		t.Errorf("%d faults", r.Faults())
	}
}

// A service that cannot even name its address is reported, in every situation.
func TestReport_NoAddress(t *testing.T) {
	r := rehearse(t, "09-seller", integrations.Config{"applicationId": secret.New("")}, Plain, Slow)
	if r.Address.URL == "" { // the item is optional, and made up all the same
		t.Errorf("%+v", r.Address)
	}
	s, err := newHost(t).Open(t.Context(), "../testdata/rules")
	if err != nil {
		t.Fatal(err)
	}
	r, err = Rehearse(t.Context(), s, Options{Config: integrations.Config{"thrown": secret.New("no"), "address": secret.New("ftp://x")}, Clock: clock.System()})
	if err != nil || r.Address.Reason == "" || len(r.Situations) != 7 {
		t.Fatalf("%+v %v", r, err)
	}
	for _, s := range r.Situations {
		if s.SignIn.State != SignInFailed || s.SignIn.Reason != r.Address.Reason || s.Refresh != nil {
			t.Errorf("%+v", s)
		}
	}
}

// A rehearsal that is given up has no report.
func TestRehearse_GivenUp(t *testing.T) {
	s := open(t, "30-inbox")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Rehearse(ctx, s, Options{Clock: clock.System()}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Each kind of item gets a value that fits it; what is set, or has a default, stays.
func TestComplete(t *testing.T) {
	in := func(name, label, kind string) integrations.Input {
		return integrations.Input{Name: name, Label: label, Type: kind}
	}
	inputs := []integrations.Input{
		in("clientId", "Client ID", "string"), in("instanceUrl", "Instance", "string"), in("shopDomain", "Shop domain", "string"), in("subdomain", "Sub-domain", "string"),
		in("adminEmail", "Admin", "string"), in("sandbox", "Sandbox", "bool"), in("privateKey", "Private key", "text"), in("set", "Set", "string"),
		{Name: "environment", Type: "choice", Options: []integrations.Option{{Value: "Live"}, {Value: "Test"}}},
		{Name: "version", Default: "v1"},
	}
	full, madeUp, err := complete(integrations.Config{"set": secret.New("mine")}, inputs)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"clientId": "rehearsal-clientid", "instanceUrl": "https://set-up.rehearsal.example", "shopDomain": "set-up.rehearsal.example", "subdomain": "rehearsal-subdomain",
		"adminEmail": "account@rehearsal.example", "sandbox": "false", "set": "mine", "environment": "Live", "version": "",
	} {
		if got := full[name].Reveal(); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if len(madeUp) != 8 {
		t.Errorf("%v", madeUp)
	}
	block, _ := pem.Decode([]byte(full["privateKey"].Reveal()))
	if block == nil {
		t.Fatal("no PEM")
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
		t.Error(err)
	}
}

// What `integrations new` writes goes well in every situation, and has no fault.
func TestReport_NewService(t *testing.T) {
	files, err := scaffold.Files(scaffold.Options{Name: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, f.Body, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := newHost(t).Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Rehearse(t.Context(), s, Options{Clock: clock.System()})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Situations {
		want := map[Situation]Outcome{Plain: Refreshed, Rotating: Rotated, NoRefreshToken: SignInNeeded, Expired: Refreshed, Trouble: RetriedLater, InvalidGrant: SignInNeeded, Slow: RetriedLater}[s.Situation]
		if s.SignIn.State != Fresh || s.SignIn.Identity != "account@rehearsal.example" || s.Refresh == nil || s.Refresh.Outcome != want || len(s.Faults) > 0 {
			t.Errorf("%s: %+v %+v %q", s.Situation, s.SignIn, s.Refresh, s.Faults)
		}
	}
}
