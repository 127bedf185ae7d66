//go:build unix

package main

import "os"

// openTerminal opens the terminal that this process belongs to.
func openTerminal() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_RDWR, 0) }
