// Package annotation reads what a FlowRunner service says of itself in the comments of its source: name and icon,
// operations, parameters, types, and the config items that stand there as literals (reference/flowrunner.md §1.3 and §2).
// Nothing of the service runs.
//
// The listing worker and lint call it. A text that is meant to break the parser can end the process that parses it, so
// it runs in a worker and never in the program that the user looks at. What must never be here: evaluation of code, and
// files outside the service's folder.
package annotation
