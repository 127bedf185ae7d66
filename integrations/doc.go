// Package integrations says what can be connected: the [Integration] interface with the three operations of FlowRunner's
// OAuth2 template, the small interfaces of what only some can do, their types, and the [Registry] of the sources that cmd
// hands it.
//
// connections, tui and cmd call it. It imports oauthflow and the leaves, and none of its subfolders: a manifest, a
// FlowRunner service and a Go type come through the same door. What must never be here: a provider's name, the store, or
// a flag that says what a type can do (a type assertion does).
package integrations
