// Package activity is the log of what happened: the history of all connections and what this program said meanwhile, as a
// tab and as the strip under the list.
//
// The shell fills it. What must never be here: a secret, or text that did not pass safetext.
package activity
