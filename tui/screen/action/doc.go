// Package action is the screen that runs an action of a connection: pick one, fill in its parameters, see the answer.
//
// The list, the detail and the catalogue open it. What must never be here: an HTTP request, or a token (the answer comes
// from connections, which hands none out).
package action
