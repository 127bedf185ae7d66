// Package keys is what a key binding is, and the one keymap that makes footer and help.
//
// Screens list their bindings with it. What must never be here: what a key does.
package keys
