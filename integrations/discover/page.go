package discover

import (
	"bytes"
	_ "embed" // the page
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/template"
	"time"

	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

//go:embed page.yaml.tmpl
var pageText string

// usualScopes are asked for as far as the server has them.
var usualScopes = []string{"openid", "email", "profile", "offline_access"}

// wanted are the scopes to ask for.
func wanted(m oauthflow.Metadata) []string {
	if len(m.ScopesSupported) == 0 {
		if m.JWKSURI != "" && m.UserinfoEndpoint != "" { // OpenID, which lists scopes only if it likes
			return usualScopes[:3]
		}
		return nil
	}
	var out []string
	for _, s := range usualScopes {
		if slices.Contains(m.ScopesSupported, s) {
			out = append(out, s)
		}
	}
	return out
}

// page writes the manifest. All that comes from the server is quoted, or safe and on one line in a comment.
func page(id, name string, m oauthflow.Metadata, made *client, now time.Time) ([]byte, error) {
	u, err := url.Parse(m.Issuer)
	if err != nil {
		return nil, fmt.Errorf("read the issuer: %w", err)
	}
	if name == "" {
		name = u.Host
	}
	scopes := wanted(m)
	data := map[string]any{
		"ID": id, "Name": name, "Host": u.Host, "Base": u.Scheme + "://" + u.Host, "Meta": m, "Scopes": scopes, "Offered": offered(m, scopes),
		"OpenID": slices.Contains(scopes, "openid"), "Offline": slices.Contains(scopes, "offline_access"),
		"Month": now.UTC().Format("2006-01"), "Day": now.UTC().Format(time.DateOnly),
		"Registers": m.RegistrationEndpoint != "", "Made": made != nil, "Loose": made != nil && made.loose,
		"HasSecret": made != nil && !made.secret().IsZero(), "SameHost": sameHost(m.UserinfoEndpoint, u.Host),
		"HasToken": made != nil && !made.reg.RegistrationToken.IsZero(), "HasURI": made != nil && made.reg.RegistrationClientURI != "",
		"Auth": "",
	}
	if made != nil {
		data["Auth"] = string(made.reg.AuthMethod)
	}
	t, err := template.New("page").Delims("<<", ">>").Funcs(template.FuncMap{"q": quote, "list": quoteList}).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return b.Bytes(), nil
}

// offered are the server's other scopes, for a comment.
func offered(m oauthflow.Metadata, asked []string) string {
	var out []string
	for _, s := range m.ScopesSupported {
		if !slices.Contains(asked, s) {
			out = append(out, s)
		}
	}
	return safetext.Line(strings.Join(out, " "), 400)
}

func sameHost(address, host string) bool {
	u, err := url.Parse(address)
	return err == nil && address != "" && u.Host == host
}

// quote writes a text as YAML has it in quotes; a template in it would be read as one, so the braces are broken up.
func quote(s string) string {
	b, err := json.Marshal(safetext.Line(s, 0))
	if err != nil {
		return `""`
	}
	return strings.ReplaceAll(string(b), "{{", `{ {`)
}

func quoteList(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}
