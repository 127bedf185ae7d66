// Package fakedeck is a deck without a store, for the tests of the UI: the eight connections of the sketches in
// reference/tui.md §5, and as many more as a test wants.
//
// Only tests below tui import it.
package fakedeck
