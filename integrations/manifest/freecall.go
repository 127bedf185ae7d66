package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authdeck/integrations/manifest/template"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// free makes a request of a page (identity, actions): the access token in its place, the api's headers and parameters,
// then the request's own. address stands in for a request without one; a path below it starts at api.base_url.
func (s settings) free(r requestSpec, address string, access secret.String) (oauthflow.APIRequest, error) {
	out := oauthflow.APIRequest{Method: r.Method, Header: http.Header{}, Secrets: append([]secret.String{access}, s.secrets...)}
	env := s.env()
	if r.URL != nil {
		var err error
		if address, err = r.URL.URL(env); err != nil {
			if name := unsetParam(r.URL.Missing(env)); name != "" {
				return out, badParam("%s is missing", name)
			}
			return out, fmt.Errorf("make the address: %w", err)
		}
	}
	if strings.HasPrefix(address, "/") && s.i.spec.API.BaseURL != nil {
		base, err := s.url(s.i.spec.API.BaseURL, "api.base_url")
		if err != nil {
			return out, err
		}
		address = strings.TrimSuffix(base, "/") + address
	}
	query := url.Values{}
	for _, set := range []map[string]valueTmpl{s.i.spec.API.Params, r.Query} {
		if err := fillParams(query, set, env); err != nil {
			return out, fmt.Errorf("make the query: %w", err)
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return out, fmt.Errorf("make the address: this is no web address")
	}
	if len(query) > 0 {
		all := u.Query()
		maps.Copy(all, query)
		u.RawQuery = all.Encode()
	}
	out.URL = u.String()
	s.authorizeCall(r, access, out.Header)
	for _, set := range []map[string]tmpl{s.i.spec.API.Headers, r.Headers} {
		if err := fillHeaders(out.Header, set, env); err != nil {
			return out, err
		}
	}
	return out, s.body(r, &out)
}

// unsetParam is the first of these variables that a user could have set, "" if there is none.
func unsetParam(missing []string) string {
	for _, name := range missing {
		for _, of := range []string{"params.", "criteria."} {
			if given, ok := strings.CutPrefix(name, of); ok {
				return given
			}
		}
	}
	return ""
}

func fillHeaders(h http.Header, set map[string]tmpl, env template.Env) error {
	for name, t := range set {
		value, ok, err := t.Text(env)
		if err != nil {
			return fmt.Errorf("make the header %s: %w", name, err)
		}
		if ok {
			h.Set(name, value)
		}
	}
	return nil
}

// authorizeCall puts the access token where api.token says.
func (s settings) authorizeCall(r requestSpec, access secret.String, h http.Header) {
	if r.Auth == "none" || access.IsZero() {
		return
	}
	name, scheme := "Authorization", "Bearer"
	if t := s.i.spec.API.Token; t.Header != nil {
		name, scheme = *t.Header, ""
		if http.CanonicalHeaderKey(name) == "Authorization" {
			scheme = "Bearer"
		}
	}
	if t := s.i.spec.API.Token.Scheme; t != nil {
		scheme = *t
	}
	h.Set(name, strings.TrimSpace(scheme+" "+access.Reveal()))
}

func (s settings) body(r requestSpec, out *oauthflow.APIRequest) error {
	env := s.env()
	setType := func(kind string) {
		if out.Header.Get("Content-Type") == "" {
			out.Header.Set("Content-Type", kind)
		}
	}
	switch {
	case r.JSON != nil:
		v, _, err := r.JSON.fill(env)
		if err != nil {
			return fmt.Errorf("make the body: %w", err)
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return fmt.Errorf("make the body: %w", err)
		}
		out.Body = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
		setType("application/json")
	case r.Form != nil:
		form := url.Values{}
		if err := fillParams(form, r.Form, env); err != nil {
			return fmt.Errorf("make the body: %w", err)
		}
		out.Body = []byte(form.Encode())
		setType("application/x-www-form-urlencoded")
	case r.Text != nil:
		text, _, err := r.Text.Text(env)
		if err != nil {
			return fmt.Errorf("make the body: %w", err)
		}
		out.Body = []byte(text)
		setType("text/plain; charset=utf-8")
	}
	return nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
