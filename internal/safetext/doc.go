// Package safetext makes foreign text safe to show: names, error descriptions, claims and bodies that a provider or a
// file sent, before they reach the terminal, plain output, a log or the window title (reference rules N11 and tui §9).
//
// Any floor may import it; it imports nothing of the project. What must never be here: styling, or trust in any source.
package safetext
