package main

import (
	"os"

	"authdeck/integrations/flowrunner/worker"
)

func main() { os.Exit(worker.Main()) }
