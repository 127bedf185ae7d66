package rehearse

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// Who a simulated provider says is signed in.
const (
	identityName = "Rehearsal account"
	identityMail = "account@rehearsal.example"
)

// form is the outer shape of what is answered to anything but a token request. A rehearsal takes the first with which the service's
// sign-in works and finds a name.
type form int

const (
	objectData form = iota // an object whose data is an object
	listData               // an object whose data is a list
	plurals                // a list where the path ends in a plural, else an object
	list                   // a list
	scimName               // an object whose name is an object
	forms
)

// person has the members that services look for in whoever is signed in, and in anything that has an id and a name.
func person(host string) map[string]any {
	p := map[string]any{
		"first_name": "Rehearsal", "firstName": "Rehearsal", "given_name": "Rehearsal", "last_name": "account", "lastName": "account", "family_name": "account",
		"email_verified": true, "verified": true, "active": true, "is_default": true, "isDefault": true, "default": true, "is_default_org": true, "primary": true, "status": "active", "type": "user",
		"emails": []any{map[string]any{"value": identityMail, "email": identityMail, "primary": true}}, "locale": "en-US", "timezone": "UTC", "currency": "USD",
		"base_uri": "https://" + host, "baseUri": "https://" + host, "href": "https://" + host + "/1001", "html_url": "https://" + host + "/1001",
		"created_at": "2026-01-15T10:30:00.000Z", "updated_at": "2026-01-15T10:30:00.000Z", "balance": 0, "count": 1, "dc": "us1", "region": "us",
	}
	for _, k := range []string{
		"id", "uid", "sub", "user_id", "userId", "account_id", "accountId", "organization_id", "organizationId", "organisation_id", "company_id", "companyId",
		"team_id", "workspace_id", "tenantId", "tenant_id", "key", "gid", "guid", "uuid", "open_id", "external_id", "portalId", "realmId",
	} {
		p[k] = "1001"
	}
	for _, k := range []string{
		"name", "display_name", "displayName", "full_name", "fullName", "account_name", "accountName", "company_name", "companyName", "organization_name",
		"tenantName", "title", "label", "real_name", "workspace_name", "nickname", "description",
	} {
		p[k] = identityName
	}
	for _, k := range []string{"login", "username", "user_name", "userName", "screen_name", "handle", "slug", "vanity_name", "code"} {
		p[k] = "rehearsal"
	}
	for _, k := range []string{"email", "mail", "email_address", "emailAddress", "userPrincipalName", "preferred_username", "primary_email", "user_email", "hub_domain"} {
		p[k] = identityMail
	}
	for _, k := range []string{"picture", "avatar", "avatar_url", "avatarUrl", "image", "image_url", "photo", "photoUrl", "icon_url", "profile_image_url", "workspace_icon", "logo"} {
		p[k] = "https://" + host + "/avatar.png"
	}
	return p
}

// slim is a person with the members that are looked for inside of something else. An answer is parsed by an interpreter: its size
// counts.
func slim(host string) map[string]any {
	p, s := person(host), map[string]any{}
	for _, k := range []string{
		"id", "uid", "user_id", "account_id", "accountId", "organization_id", "organisation_id", "key", "gid", "name", "display_name", "displayName", "full_name",
		"account_name", "title", "login", "username", "userName", "slug", "email", "mail", "email_address", "emailAddress", "first_name", "last_name", "avatar_url",
		"picture", "is_default", "is_default_org", "primary", "base_uri", "href", "type", "tenantId",
	} {
		s[k] = p[k]
	}
	return s
}

// one are members whose value is one such thing, many those that are lists of them; what the path names comes to them.
func one() []string {
	return []string{
		"user", "me", "account", "organization", "organisation", "company", "team", "workspace", "profile", "owner", "identity", "shop", "store", "site", "tenant",
		"viewer", "member", "current_user", "currentUser", "resource", "business", "contact", "app", "portal",
	}
}

func many() []string {
	return []string{
		"items", "results", "records", "value", "values", "list", "entries", "elements", "rows", "resources", "users", "accounts", "organizations", "organisations",
		"companies", "businesses", "teams", "workspaces", "tenants", "sites", "members", "projects",
	}
}

// wide is a person with all members of one, and with what the path asks for under its own name.
func wide(host, last string) map[string]any {
	w, p := person(host), slim(host)
	for _, k := range one() {
		w[k] = p
	}
	switch _, taken := w[last]; {
	case taken, last == "":
	case plural(last):
		w[last], w[strings.TrimSuffix(last, "s")] = []any{p}, p
	default:
		w[last], w[last+"s"] = p, []any{p}
	}
	return w
}

// with is o and some members more, all of the same value.
func with(o, value map[string]any, names ...string) map[string]any {
	o = maps.Clone(o)
	for _, n := range names {
		o[n] = value
	}
	return o
}

// resourceName is the last part of a path without its extension, where that is a word and no id.
func resourceName(path string) string {
	path = strings.TrimRight(path, "/")
	name, _, _ := strings.Cut(path[strings.LastIndexByte(path, '/')+1:], ".")
	if strings.ContainsAny(name, "0123456789") {
		return ""
	}
	return name
}

func plural(name string) bool {
	return strings.HasSuffix(name, "s") && !strings.HasSuffix(name, "ss") && !strings.HasSuffix(name, "us")
}

// thing is the answer to anything but a token request.
func thing(f form, host, path string) any {
	last, p := resourceName(path), slim(host)
	if f == list || f == plurals && plural(last) {
		return []any{person(host)}
	}
	t := wide(host, last)
	for _, k := range many() {
		t[k] = []any{p}
	}
	t["data"] = wide(host, last)
	inner := with(p, p, "user", "account")
	inner["business_memberships"] = []any{with(p, p, "business", "account")}
	for _, k := range []string{"response", "result", "body", "payload"} {
		t[k] = inner
	}
	for _, k := range []string{"memberships", "business_memberships"} {
		t[k] = []any{with(p, p, "account", "organization", "business", "company", "team", "user")}
	}
	switch f {
	case listData:
		t["data"] = []any{person(host)}
	case scimName:
		t["name"] = map[string]any{"formatted": identityName, "givenName": "Rehearsal", "familyName": "account", "display_name": identityName}
	case objectData, plurals, list, forms:
	}
	// login is a text for most, and an object that tells of the user for a few: those ask for metadata.
	if lastSegment(path) == "metadata" {
		t["login"] = p
	}
	for k, v := range map[string]any{
		"ok": true, "success": true, "total": 1, "total_count": 1, "has_more": false, "hasMore": false, "next": nil, "next_page": nil, "cursor": nil, "errors": nil,
		"api_endpoint": "https://" + host, "instance_url": "https://" + host,
	} {
		t[k] = v
	}
	return t
}

// pair is an access token and a refresh token, "" where there is none.
type pair struct{ access, refresh string }

func (t pair) members(now time.Time) map[string]any {
	const lifetime = 3600
	m := map[string]any{
		"access_token": t.access, "accessToken": t.access, "token_type": "Bearer", "tokenType": "Bearer", "expires_in": lifetime, "expiresIn": lifetime,
		"expires_at": now.Add(lifetime * time.Second).Unix(), "created_at": now.Unix(), "scope": "read write", "open_id": "1001", "user_id": "1001",
	}
	if t.refresh != "" {
		m["refresh_token"], m["refreshToken"] = t.refresh, t.refresh
		m["refresh_token_expires_in"], m["x_refresh_token_expires_in"], m["refresh_expires_in"] = 8640000, 8640000, 8640000
	}
	return m
}

// tokens is the answer to a token request; second is for services that take one of a user beside the first of a bot.
func tokens(host string, first, second pair, now time.Time) map[string]any {
	p := slim(host)
	core := first.members(now)
	t := maps.Clone(core)
	for _, k := range []string{"user", "account", "organization", "company", "team", "workspace", "owner", "athlete", "profile", "bot", "associated_user", "enterprise"} {
		t[k] = p
	}
	user := maps.Clone(p)
	maps.Copy(user, second.members(now))
	t["authed_user"], t["data"] = user, core
	for k, v := range map[string]any{
		"ok": true, "success": true, "instance_url": "https://" + host, "id": "https://" + host + "/id/1001", "api_domain": "https://" + host, "api_endpoint": "https://" + host,
		"organizer_key": "1001", "account_key": "1001", "account_id": "1001", "accountId": "1001", "organisation_id": "1001", "organization_id": "1001", "app_id": "1001",
		"email": identityMail, "workspace_name": identityName, "workspace_icon": "https://" + host + "/avatar.png", "workspace_id": "1001", "bot_id": "1001",
		"stripe_user_id": "1001", "bot_user_id": "1001", "uid": "1001", "resource_server": host,
		"id_token": idToken(host, now),
	} {
		t[k] = v
	}
	return t
}

// idToken has the form of one; its signature is nobody's.
func idToken(host string, now time.Time) string {
	part := func(v map[string]any) string {
		b, _ := json.Marshal(v) //nolint:errchkjson // texts and numbers
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]any{"alg": "RS256", "typ": "JWT"}) + "." + part(map[string]any{
		"iss": "https://" + host, "sub": "1001", "aud": "rehearsal", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "name": identityName, "email": identityMail,
		"preferred_username": identityMail, "upn": identityMail, "oid": "1001", "tid": "1001", "picture": "https://" + host + "/avatar.png",
	}) + "." + base64.RawURLEncoding.EncodeToString([]byte("rehearsal"))
}
