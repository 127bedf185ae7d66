//go:build !unix

package testserver

// lockFile holds nothing here: run the tests that need npm in one process.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }
