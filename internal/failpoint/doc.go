// Package failpoint marks the moments at which tests kill, stop or fail the program. Without the build tag "failpoint" a
// mark does nothing and costs nothing.
//
// store, connections and the tests' children call it. What must never be here: anything that a released program does.
package failpoint
