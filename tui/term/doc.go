// Package term is what the UI needs of the terminal beside drawing: the clipboard, what the terminal can do, and that it is
// left as it was found, however the program ends.
//
// The shell uses it. What must never be here: a screen.
package term
