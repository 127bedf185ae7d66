// Package detail shows one connection whole: overview, claims, scopes and history, as a screen of its own or as the pane
// beside the list.
//
// The list opens it. What must never be here: a token that is drawn unmasked for longer than ten seconds, or foreign text
// that did not pass safetext.
package detail
