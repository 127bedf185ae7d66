// Package demo is the authorization server inside the program (zitadel/oidc, bound to 127.0.0.1 only), with its sign-in and
// consent pages, three accounts and a protected API, the demo integration behind it, and the stand-in that plays the
// browser by real HTTP.
//
// The server is built from op's parts and keeps everything in memory, each [Server] its own: several live in one process.
// Beyond what op does it takes S256 only, answers a public client about its own tokens (RFC 7662), registers public native
// clients (RFC 7591), names itself in redirects (RFC 9207), asks for consent each time (RFC 8252 §8.6), and logs nothing.
// A refresh token is good for one use; the second is refused and counted, and what the first one brought lives on. A code
// that comes twice ends what it gave.
//
// cmd alone imports it; tests may. What must never be here: a listener on anything but loopback, or a grant that was not
// earned by real HTTP.
package demo
