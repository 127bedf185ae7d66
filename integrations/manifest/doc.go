// Package manifest is integrations written as data: one page of YAML with a name and icon, what it needs from its user,
// the three operations, identity, revocation, lifetimes and actions (reference/manifests.md). catalog/ holds the built-in ones.
//
// What a key may hold stands in one table (schema.go and its neighbours); a key of the reference that is not built yet is
// refused there by name. Beyond the reference there are authorize.params_other and authorize.hint, client.type,
// response.error.as, introspect.none and introspect.inactive,
// redirect.register, setup.before and setup.after, facts, discovered, the keys of paging, and params of a dictionary (docs/manifests.md).
// template/ is the {{…}}.
//
// cmd hands its sources to the registry; discover writes manifests for it. What must never be here: a way for a manifest
// to read a file, run a program, or name the host that gets a secret by a value from the callback.
package manifest
