package main

import "os"

// openTerminal opens the console; what is typed comes from CONIN$, the prompt goes to the same handle's screen.
func openTerminal() (*os.File, error) { return os.OpenFile("CONIN$", os.O_RDWR, 0) }
