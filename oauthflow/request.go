package oauthflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"authdeck/internal/secret"
)

// AuthMethod is how a client authenticates at an endpoint.
type AuthMethod string

// The methods of RFC 6749 §2.3.1 and the two that some providers want instead.
const (
	AuthNone   AuthMethod = "none"
	AuthPost   AuthMethod = "post"
	AuthBasic  AuthMethod = "basic"
	AuthQuery  AuthMethod = "query"
	AuthBearer AuthMethod = "bearer" // Secret is a token
)

// ClientAuth authenticates the client. Basic form-encodes id and secret first (Q5). With AuthNone the client_id is sent as
// a field, unless ID is empty. The zero ClientAuth sends nothing.
type ClientAuth struct {
	Method AuthMethod // "": AuthPost with a secret, else AuthNone
	ID     string
	Secret secret.String
}

// Request is one call to a protocol endpoint, its fields complete but for client authentication.
type Request struct {
	Method  string // default POST
	URL     string // https, or http on loopback; its query is kept
	Auth    ClientAuth
	Params  url.Values  // of a GET: its query
	InQuery bool        // Params go into the query of a POST
	Body    string      // "form" (default), "json" (an object of strings) or "text" (the only field's value)
	Header  http.Header // added or replaced
	// Secrets are values besides Auth and the RFC's fields that must not show in exchanges and errors.
	Secrets []secret.String
}

// build makes the request and the bytes of its body.
func (r Request) build(ctx context.Context) (*http.Request, []byte, error) {
	if err := CheckEndpoint(r.URL); err != nil {
		return nil, nil, err
	}
	address, err := url.Parse(r.URL)
	if err != nil {
		return nil, nil, errNoAddress
	}
	method := r.Method
	if method == "" {
		method = http.MethodPost
	}
	fields, query, header := r.authenticate()
	if method == http.MethodGet || method == http.MethodHead || r.InQuery {
		maps.Copy(query, fields)
		fields = nil
	}
	body, kind, err := encode(r.Body, fields)
	if err != nil {
		return nil, nil, err
	}
	addQuery(address, query)
	req, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errNoAddress
	}
	switch {
	case body != nil:
		req.Header.Set("Content-Type", kind)
	case method == http.MethodGet || method == http.MethodHead:
		// A body that cannot be had twice: net/http would silently repeat a read whose connection broke, and with it use a
		// rotated token twice. Empty as it is, nothing of it goes over the wire.
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(bytes.NewReader(nil)), nil, 0
	default:
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	maps.Copy(req.Header, header)
	return req, body, nil
}

// authenticate returns the fields with the client's own among them, what belongs into the query, and into the header.
func (r Request) authenticate() (fields, query url.Values, header http.Header) {
	fields, query, header = url.Values{}, url.Values{}, http.Header{}
	for name, values := range r.Params {
		fields[name] = slices.Clone(values)
	}
	id, key := r.Auth.ID, r.Auth.Secret.Reveal()
	switch r.Auth.Method {
	case AuthBasic:
		// Set by hand: SetBasicAuth does not form-encode, which RFC 6749 §2.3.1 demands.
		probe := http.Request{Header: header}
		probe.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(key))
	case AuthBearer:
		header.Set("Authorization", "Bearer "+key)
	case AuthQuery:
		set(query, "client_id", id)
		set(query, "client_secret", key)
	case AuthPost, "":
		set(fields, "client_id", id)
		set(fields, "client_secret", key)
	case AuthNone:
		set(fields, "client_id", id)
	}
	return fields, query, header
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

// encode writes the fields of a body; a nil body for none at all.
func encode(kind string, fields url.Values) ([]byte, string, error) {
	if fields == nil {
		return nil, "", nil
	}
	switch kind {
	case "", "form":
		return []byte(fields.Encode()), "application/x-www-form-urlencoded", nil
	case "json":
		members := make(map[string]any, len(fields))
		for name, values := range fields {
			members[name] = values
			if len(values) == 1 {
				members[name] = values[0]
			}
		}
		body, err := json.Marshal(members)
		return body, "application/json", err
	case "text":
		for _, values := range fields {
			if len(fields) == 1 && len(values) == 1 {
				return []byte(values[0]), "text/plain; charset=utf-8", nil
			}
		}
		return nil, "", errors.New("a text body takes exactly one field")
	}
	return nil, "", fmt.Errorf("a body can be form, json or text, not %q", kind)
}

// addQuery appends to the query of an address; what stands there already stays unless it has the same name.
func addQuery(address *url.URL, query url.Values) {
	if len(query) == 0 {
		return
	}
	all := address.Query()
	maps.Copy(all, query)
	address.RawQuery = all.Encode()
}

// secretFields are the fields whose values never show, wherever they turn up again.
var secretFields = []string{
	"client_secret", "code", "code_verifier", "refresh_token", "access_token", "id_token", "token", "assertion",
	"client_assertion", "state", "password", "device_code", "id_token_hint", "subject_token", "actor_token",
}

// secrets lists the values of the request that must not come back in a message.
func (r Request) secrets() masker {
	list := []string{r.Auth.Secret.Reveal()}
	for _, s := range r.Secrets {
		list = append(list, s.Reveal())
	}
	for name, values := range r.Params {
		if slices.Contains(secretFields, name) {
			list = append(list, values...)
		}
	}
	return newMasker(list...)
}
