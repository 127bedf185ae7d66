// Package browser opens the system browser, and says whether there is one: over ssh, in a container or without a display
// there is not.
//
// connections calls it through [Opener]. What must never be here: a shell, an address that was not checked (rule N10 of
// reference/security.md §6), or output of the browser on our terminal.
package browser
