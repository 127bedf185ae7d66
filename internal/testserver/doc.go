// Package testserver holds the servers that tests of several floors share: a stand-in that answers in a provider's shapes
// and records what it was asked, npm's oidc-provider behind a Go helper, a front that injects faults, and a browser.
//
// Only _test.go files import it. It imports the standard library, the leaves and test modules, nothing of the floors, so
// that any floor's tests can use it. Everything listens on loopback and ends with its test. What a test needs from the
// machine and the machine lacks skips the test, and fails it when CI=true.
package testserver
