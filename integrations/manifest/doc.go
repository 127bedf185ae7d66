// Package manifest is integrations written as data: one page of YAML with a name and icon, what it needs from its user,
// the three operations, identity, revocation, lifetimes and actions (reference/manifests.md). catalog/ holds the built-in ones.
//
// cmd hands its sources to the registry; discover writes manifests for it. What must never be here: a way for a manifest
// to read a file, run a program, or name the host that gets a secret by a value from the callback.
package manifest
