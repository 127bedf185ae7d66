// Package oauthflow speaks OAuth 2.0 and OpenID Connect as their RFCs have them: the authorization request with PKCE and
// state, the token endpoint, revocation, introspection, server metadata, dynamic registration and ID tokens.
//
// integrations and connections call it. It knows no store and no integration, keeps nothing, and imports only the leaves.
// The token calls are its own and not x/oauth2's (docs/decisions): no redirect is followed on a call that carries
// credentials, every call has a total deadline, a body is at most 1 MiB (a plain API call may ask for more), reading is
// lenient and sending strict. A [Caller] sends; what comes back is an [Answer], which the Read functions turn into a token,
// an outcome, or an [Error] whose [Class] says what the failure means for the grant.
//
// What must never be here: a provider's name, a retry loop, or an error text that holds a body or a secret.
package oauthflow
