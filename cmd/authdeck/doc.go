// Command authdeck is the program: the terminal UI and the verbs of the command line, one file a verb. Flags become calls of
// connections, results become text or JSON, errors become one line, a hint and an exit code.
//
// It alone wires the floors together: it opens the store with a key, hands the registry its sources, and imports the demo.
// What must never be here: a protocol, a rule about grants, or a second way to do what connections does.
package main
