package manifest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/integrations/demo"
	"authdeck/integrations/manifest"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// TestNewPageWorksAsItIs: what `integrations new` writes goes through the three operations, an action and a revocation
// against the demo server, once its issuer is set.
func TestNewPageWorksAsItIs(t *testing.T) {
	server, err := demo.Start(t.Context(), demo.Options{AutoApprove: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	i, err := manifest.Parse(&oauthflow.Caller{}, manifest.Page{
		Name: "acme.yaml", Kind: integrations.KindManifest, YAML: manifest.Template("acme", `Acme: "the" {{best}} #1`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if info := i.Info(); info.ID != "acme" || info.Name != `Acme: "the" {{best}} #1` || info.NeedsID || info.Icon.ASCII != "A" {
		t.Errorf("%+v", info)
	}
	cfg := integrations.Config{"issuer": secret.New(server.Issuer())}
	const redirect = "http://127.0.0.1:1/callback" // nobody listens: the address the browser ends on is all that is wanted
	to, err := i.ConnectionURL(t.Context(), integrations.ConnectionURLRequest{Config: cfg, RedirectURI: redirect, State: "the-state"})
	if err != nil {
		t.Fatal(err)
	}
	if len(to.Warnings) > 0 || to.Issuer != server.Issuer() {
		t.Errorf("warnings %q, issuer %s", to.Warnings, to.Issuer)
	}
	g, err := i.ExecuteCallback(t.Context(), integrations.CallbackRequest{Config: cfg, RedirectURI: redirect, Params: follow(t, to.URL), Pending: to.Pending})
	if err != nil {
		t.Fatal(err)
	}
	if g.Identity.Name != "ada@example.com" || g.RefreshToken.IsZero() || g.IDToken.IsZero() || len(g.Warnings) > 0 {
		t.Fatalf("%+v", g)
	}
	kept := integrations.Kept{AccessToken: g.AccessToken, RefreshToken: g.RefreshToken, IDToken: g.IDToken, Identity: g.Identity, ScopesAsked: to.Scopes}
	r, err := i.RefreshToken(t.Context(), integrations.RefreshRequest{Config: cfg, Kept: kept})
	if err != nil {
		t.Fatal(err)
	}
	if r.AccessToken.Equal(g.AccessToken) || r.RefreshToken.IsZero() || len(r.Warnings) > 0 || r.OtherAccount {
		t.Errorf("refresh: %+v", r)
	}
	kept.AccessToken, kept.RefreshToken = r.AccessToken, r.RefreshToken
	out, err := i.(integrations.ActionRunner).RunAction(t.Context(), integrations.ActionRequest{Config: cfg, Kept: kept, Action: "add-note", Params: map[string]any{"text": "hello"}})
	if err != nil {
		t.Fatal(err)
	}
	var note struct{ Text string }
	if err := json.Unmarshal(out.Result, &note); err != nil || note.Text != "hello" {
		t.Errorf("%s, %v", out.Result, err)
	}
	ended, err := i.(integrations.Revoker).Revoke(t.Context(), integrations.RevokeRequest{Config: cfg, Kept: kept})
	if err != nil || ended.AccessToken != oauthflow.RevokeConfirmed || ended.RefreshToken != oauthflow.RevokeConfirmed {
		t.Errorf("%+v, %v", ended, err)
	}
	in, err := i.(integrations.Introspector).Introspect(t.Context(), integrations.IntrospectRequest{Config: cfg, Kept: kept})
	if err != nil || in.Active {
		t.Errorf("introspection after the revocation: %v, %v", in.Active, err)
	}
}

// follow plays the browser up to the redirect and returns its parameters.
func follow(t *testing.T, address string) url.Values {
	t.Helper()
	end, err := finalAddress(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(end)
	if err != nil || !u.Query().Has("code") {
		t.Fatalf("the browser ended on %s", end)
	}
	return u.Query()
}

func TestNewPageIsCommented(t *testing.T) {
	page := string(manifest.Template("acme", ""))
	for _, want := range []string{"name: acme\n", "# Operation 1", "# Operation 2", "# Operation 3", "authdeck integrations set acme issuer=", "icon:", "actions:"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if strings.Contains(page, "<<") {
		t.Error("a placeholder stayed")
	}
}

// finalAddress follows redirects and makes no call of the last address, at which nobody listens.
func finalAddress(ctx context.Context, address string) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	end := ""
	client := http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Port() == "1" {
			end = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	return end, res.Body.Close()
}
