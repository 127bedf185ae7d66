// Package wire is what the program and a FlowRunner worker say to each other: one JSON message a line, both ways, over the
// worker's own pipes.
//
// The host (integrations/flowrunner) and the worker use it. A worker is not trusted: lines are bounded, bodies too, and what
// it says is data. What must never be here: JavaScript, files, HTTP.
package wire
