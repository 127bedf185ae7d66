package oauthflow_test

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

const tenYears = 10 * 365 * 24 * time.Hour

func known(d time.Duration) oauthflow.Lifetime {
	return oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: d}
}

var (
	unknown = oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
	capped  = oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: tenYears, Capped: true}
)

// The 18 spellings of reference/security.md §5.4; "" is a member that is missing.
var spellings = []struct {
	spelling string
	want     oauthflow.Lifetime
}{
	{`3600`, known(3600 * time.Second)},
	{`"3600"`, known(3600 * time.Second)},
	{`3599.5`, known(3599 * time.Second)},
	{`"3599.5"`, known(3599 * time.Second)},
	{`1e3`, known(1000 * time.Second)},
	{`"1e3"`, known(1000 * time.Second)},
	{`0`, known(0)},
	{`"0"`, known(0)},
	{`-1`, known(0)},
	{``, unknown},
	{`null`, unknown},
	{`""`, unknown},
	{`"abc"`, unknown},
	{`true`, unknown},
	{`[3600]`, unknown},
	{`{}`, unknown},
	{`9223372036854775808`, capped},
	{`1e400`, capped},
}

// TestLifetime_5_4 reads each spelling in each of the three encodings; the tokens are there in every case.
func TestLifetime_5_4(t *testing.T) {
	for _, c := range spellings {
		body := `{"access_token":"at","refresh_token":"rt"`
		form := "access_token=at&refresh_token=rt"
		if c.spelling != "" {
			body += `,"expires_in":` + c.spelling
			form += "&expires_in=" + url.QueryEscape(strings.Trim(c.spelling, `"`))
		}
		body += "}"
		for _, e := range []struct{ name, kind, body string }{
			{"JSON", "application/json", body},
			{"form", "application/x-www-form-urlencoded", form},
			{"text", "text/plain", body},
		} {
			t.Run(c.spelling+" as "+e.name, func(t *testing.T) {
				a := answer(t, 200, e.kind, e.body)
				tok, err := oauthflow.ReadToken(a, oauthflow.Shape{})
				if err != nil {
					t.Fatal(err)
				}
				if tok.AccessToken.Reveal() != "at" || tok.RefreshToken.Reveal() != "rt" {
					t.Errorf("tokens lost")
				}
				if tok.Lifetime != c.want {
					t.Errorf("got %+v, want %+v", tok.Lifetime, c.want)
				}
				if tok.RefreshLifetime != unknown {
					t.Errorf("refresh lifetime %+v out of nothing", tok.RefreshLifetime)
				}
			})
		}
	}
}

func TestReadLifetime_UnitsAndOddValues(t *testing.T) {
	for _, c := range []struct {
		v    any
		unit time.Duration
		want oauthflow.Lifetime
	}{
		{json.Number("3599500"), time.Millisecond, known(3599500 * time.Millisecond)},
		{json.Number("3599500.9"), time.Millisecond, known(3599500 * time.Millisecond)},
		{" 60 ", time.Second, known(time.Minute)},
		{"+60", time.Second, known(time.Minute)},
		{"0x10", time.Second, unknown},
		{"1_000", time.Second, unknown},
		{"inf", time.Second, unknown},
		{"NaN", time.Second, unknown},
		{"-1e400", time.Second, known(0)},
		{math.NaN(), time.Second, unknown},
		{math.Inf(1), time.Second, capped},
		{float64(90), time.Second, known(90 * time.Second)},
		{90, time.Second, known(90 * time.Second)},
		{int64(math.MaxInt64), time.Second, capped},
		{json.Number("315360000"), time.Second, known(tenYears)},
		{json.Number("315360001"), time.Second, capped},
		{strings.Repeat("9", 5000), time.Second, unknown},
	} {
		if got := oauthflow.ReadLifetime(c.v, true, c.unit); got != c.want {
			t.Errorf("ReadLifetime(%v, %v) = %+v, want %+v", c.v, c.unit, got, c.want)
		}
	}
	if got := oauthflow.ReadLifetime(json.Number("60"), false, time.Second); got != unknown {
		t.Errorf("a missing member: %+v", got)
	}
}

func TestJWTLifetime(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	jwt := func(claims string) secret.String {
		return secret.New("e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".sig")
	}
	at := now.Unix()
	for _, c := range []struct {
		name  string
		token secret.String
		want  oauthflow.Lifetime
	}{
		{"exp and iat, clock elsewhere", jwt(toJSON(t, map[string]any{"iat": at - 86400, "exp": at - 86400 + 900})), known(15 * time.Minute)},
		{"exp alone", jwt(toJSON(t, map[string]any{"exp": at + 60})), known(time.Minute)},
		{"past", jwt(toJSON(t, map[string]any{"exp": at - 60})), known(0)},
		{"far", jwt(toJSON(t, map[string]any{"exp": at + 86400*365*20})), capped},
		{"exp is no number", jwt(`{"exp":"60"}`), unknown},
		{"exp out of range", jwt(`{"exp":1e30}`), unknown},
		{"no claims", jwt(`[]`), unknown},
		{"opaque", secret.New("gho_abc.def"), unknown},
		{"not base64", secret.New("a.$$.c"), unknown},
		{"too large", jwt(`{"exp":1,"x":"` + strings.Repeat("x", 64<<10) + `"}`), unknown},
	} {
		if got := oauthflow.JWTLifetime(c.token, now); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestRefreshLifetime: the two names in use; zero is said of one without an end.
func TestRefreshLifetime(t *testing.T) {
	t.Parallel()
	unknown := oauthflow.Lifetime{Kind: oauthflow.LifetimeUnknown}
	hour := oauthflow.Lifetime{Kind: oauthflow.LifetimeKnown, For: time.Hour}
	for _, c := range []struct {
		members map[string]any
		want    oauthflow.Lifetime
	}{
		{map[string]any{}, unknown},
		{map[string]any{"refresh_token_expires_in": json.Number("3600")}, hour},
		{map[string]any{"refresh_expires_in": json.Number("3600")}, hour},
		{map[string]any{"refresh_expires_in": "3600"}, hour},
		{map[string]any{"refresh_expires_in": json.Number("0")}, unknown},
		{map[string]any{"refresh_token_expires_in": json.Number("-1"), "refresh_expires_in": json.Number("3600")}, hour},
		{map[string]any{"refresh_token_expires_in": nil}, unknown},
	} {
		c.members["access_token"] = "a"
		tok, err := oauthflow.ReadToken(oauthflow.Answer{Status: 200, Members: c.members, Value: c.members}, oauthflow.Shape{})
		if err != nil || tok.RefreshLifetime != c.want {
			t.Errorf("%v: %+v %v", c.members, tok.RefreshLifetime, err)
		}
	}
}

// TestSkew: what a Date header says of the clock here.
func TestSkew(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	members := map[string]any{"access_token": "a"}
	for date, want := range map[string]time.Duration{
		"": 0, "yesterday": 0, "Wed, 25 Nov 2026 14:00:00 GMT": 2 * time.Hour, "Wed, 25 Nov 2026 11:50:00 GMT": -10 * time.Minute,
	} {
		a := oauthflow.Answer{Status: 200, Members: members, Value: members, Received: received, Header: http.Header{"Date": {date}}}
		if tok, err := oauthflow.ReadToken(a, oauthflow.Shape{}); err != nil || tok.Skew != want {
			t.Errorf("%q: %s %v", date, tok.Skew, err)
		}
	}
}
