// Command workerprog is a FlowRunner worker and nothing else. Tests build it without the race detector, whose own memory does
// not fit into a worker's limit.
package main

import (
	"os"

	"authdeck/integrations/flowrunner/worker"
)

func main() { os.Exit(worker.Main()) }
