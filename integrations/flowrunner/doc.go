// Package flowrunner runs FlowRunner's OAuth2 services unmodified: a folder with src/index.js becomes an integration with its
// name and icon, its config items, the three operations and its actions (reference/flowrunner.md).
//
// cmd hands its source to the registry. Nothing of a service runs in this process: a worker (worker/) runs it, this side does the
// HTTP for it through one guarded client, hands it the files of its own folder, and takes what comes back as foreign text.
// What must never be here: JavaScript, the store, and a secret in a worker before the call that needs it.
package flowrunner
