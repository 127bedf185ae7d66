// Command workerprog is a FlowRunner worker and nothing else. Tests build it without the race detector, whose own memory does
// not fit into a worker's limit. What must never be here: anything but the worker.
package main
