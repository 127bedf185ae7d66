// Package login is the dialog of a sign-in: it starts the login, opens the browser, shows the time left, takes a pasted
// address, and says how it ended.
//
// The catalogue, the list and the detail open it. What must never be here: a listener, an HTTP request, or a pasted
// address drawn whole (it carries the code).
package login
