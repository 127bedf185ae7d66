// Package list is the first tab: the connections, each with its state, its lifetime and what is left of it, and what to do
// when there is none yet.
//
// The shell opens it. What must never be here: a secret, or more work per frame than the rows in sight.
package list
