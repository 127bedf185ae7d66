// Package connections is what a user does: Login, Refresh, Revoke, Inspect, Run, and the keeper that refreshes in the
// background. There is one path for each; the terminal UI and the verbs use the same.
//
// tui and cmd call it. It calls integrations, oauthflow, loopback, browser and store. What must never be here: text
// layout, flags, bbolt, or a second way to refresh. No error of this package ever deletes a token.
//
// A refresh (flight.go, protocol.go, answer.go, trouble.go) is reference/security.md §5.1: one flight a connection in this
// process, the connection's lock among processes, re-read, intent, request, the whole answer in one fsynced write, and
// only then the hand-out. It is detached from whoever asked for it; [Service.Close] waits for it.
//
// The keeper (keeper.go, schedule.go, queue.go) does it before tokens expire. What is known of the host that trades them is
// in hosts.go, breaker.go and portal.go; pauses are settings of the store: paused.go makes them the same for everybody, and
// pausesend.go takes back those that nothing else would end. heartbeat.go tells whether the keeper comes round.
// seen.go sees to it that a clock that is set back lengthens nothing, refreshlife.go to the ends of refresh tokens.
//
// A sign-in by another account than the connection's is never written over it: it is refused with both names, or kept as
// a connection of its own where the request names one.
package connections
