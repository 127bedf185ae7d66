package integrations

import "context"

// Hosted knows the server that trades its tokens, so that whoever refreshes can go easy on it and look whether it is there.
type Hosted interface {
	// TokenHost is host and port of the token endpoint or, where that is found by discovery, of the issuer; "" if the config
	// items do not tell. No I/O.
	TokenHost(cfg Config) string
	// Probe asks that server, without any credential and following no redirect, whether it answers as itself
	// ([oauthflow.Caller.Probe]).
	Probe(ctx context.Context, cfg Config) error
}
