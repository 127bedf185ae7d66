// Package connection is what the keys do on a connection, for the list and the detail alike: the bindings with the reasons
// why one is off, the commands behind them, and the dialogs that rename, remove, revoke and copy.
//
// list and detail call it. What must never be here: a screen, or a secret that is drawn.
package connection
