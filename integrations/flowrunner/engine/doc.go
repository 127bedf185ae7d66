// Package engine is the JavaScript environment of a FlowRunner service: a fresh runtime for each call, CommonJS modules out
// of the service's folder, the Node subset of reference/flowrunner.md §7, Flowrunner.Request (§5), and an event loop.
//
// It runs in a worker process only: an engine is no sandbox, and the limits of that process are what contains a service.
// Everything crosses as text and bytes. HTTP is asked for through [Options.Send]; the engine has no network, no files but the
// service's, and no environment. What must never be here: a Go object that a script can reach, and a value exported by
// reflection (a result becomes JSON text inside the script, by the JSON.stringify saved before the service ran).
package engine
