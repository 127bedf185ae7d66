// Package loopback is the callback server of a login: it listens on loopback only, takes exactly one answer, shows a
// constant page from a clean address, and closes (RFC 8252 §7.3, §8.3; reference/security.md §6 rows 1, 2, 5, 6, 7, 8).
//
// connections calls it. It knows no integration and sends no request. What must never be here: a parameter echoed into a
// page, a redirect to a given address, or a port other than the one that was asked for.
package loopback
