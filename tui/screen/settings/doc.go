// Package settings is the tab that says how this program is set up: where the store lies and what its key is, how signing
// in opens a browser, how the screen is drawn, and the versions.
//
// The shell opens it. What must never be here: a value of a key.
package settings
