// Package discover makes a manifest out of a URL: an OpenID or OAuth issuer's metadata (RFC 8414, OpenID Discovery), and
// a client of our own where the server registers one (RFC 7591). reference/manifests.md §8.
//
// cmd calls it for `integrations add URL`. It trusts nothing before the user said yes, and follows no redirect to another
// host. What must never be here: the store, or a provider's name.
package discover
