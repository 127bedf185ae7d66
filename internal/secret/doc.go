// Package secret holds the string that prints as dots in every formatting, encoder and log, and the slog handler that
// redacts what slipped into a message all the same.
//
// Any package may import it; it imports nothing of the project. What must never be here: a way to print a secret other
// than [String.Reveal], whose callers are the few places that send, seal or hand out a token.
package secret
