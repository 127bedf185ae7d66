// Package screentest is what the tests of the screens share: a deck, a login and a shell that do what a test says, the
// integrations they show, and the checks that every frame must pass.
//
// Only test files import it; it stands here, beside the screens, because each of them needs all of it. What must never be
// here: a real connection, or a sleep.
package screentest
