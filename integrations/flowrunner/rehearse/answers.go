package rehearse

import (
	"encoding/base64"
	"encoding/json"
	"maps"
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
	list                   // a list
	scimName               // an object whose name is an object
	forms
)

// person has the members that services look for in whoever is signed in, and in anything that has an id and a name.
func person(host string) map[string]any {
	p := map[string]any{
		"first_name": "Rehearsal", "firstName": "Rehearsal", "given_name": "Rehearsal", "last_name": "account", "lastName": "account", "family_name": "account",
		"email_verified": true, "verified": true, "active": true, "is_default": true, "isDefault": true, "default": true, "status": "active", "type": "user",
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

// one are members whose value is one such thing, many those that are lists of them.
func one() []string {
	return []string{
		"user", "me", "account", "organization", "organisation", "company", "team", "workspace", "profile", "owner", "identity", "athlete", "shop", "store", "site",
		"tenant", "viewer", "member", "current_user", "authed_user", "login_info", "result", "resource", "business", "customer", "item", "record", "bot",
	}
}

func many() []string {
	return []string{
		"items", "results", "records", "value", "values", "list", "users", "accounts", "organizations", "organisations", "companies", "businesses", "teams",
		"workspaces", "tenants", "sites", "projects", "lists", "contacts", "entries", "elements", "rows", "resources", "memberships", "members", "business_memberships",
		"connections", "customers", "channels", "files", "messages", "events", "pages", "boards", "groups", "orders", "products", "tasks", "objects", "folders",
	}
}

// thing is the answer to anything but a token request.
func thing(f form, host, path string) any {
	p := person(host)
	if f == list {
		return []any{p}
	}
	t := maps.Clone(p)
	for _, k := range one() {
		t[k] = p
	}
	for _, k := range many() {
		t[k] = []any{p}
	}
	inner := maps.Clone(p)
	for _, k := range one() {
		inner[k] = p
	}
	t["data"] = inner
	switch f {
	case listData:
		t["data"] = []any{p}
	case scimName:
		t["name"] = map[string]any{"formatted": identityName, "givenName": "Rehearsal", "familyName": "account", "display_name": identityName}
	case objectData, list, forms:
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
	p := person(host)
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
		"preferred_username": identityMail, "picture": "https://" + host + "/avatar.png",
	}) + "." + base64.RawURLEncoding.EncodeToString([]byte("rehearsal"))
}
