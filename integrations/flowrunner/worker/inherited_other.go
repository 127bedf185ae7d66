//go:build !unix

package worker

// closeInherited has nothing to do: no handle is inherited here unless it is named.
func closeInherited() {}
