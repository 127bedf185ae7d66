// Package screen says what a screen and a dialog are, and what the shell gives them. Each screen has a package of its own
// below.
//
// What must never be here: a concrete screen.
package screen
