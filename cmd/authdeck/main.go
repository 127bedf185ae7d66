package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"authdeck/integrations/flowrunner/worker"
)

func main() {
	os.Exit(run())
}

func run() int {
	if len(os.Args) == 2 && os.Args[1] == worker.Arg {
		return worker.Main() // a process of its own for a FlowRunner service: nothing else of this program begins
	}
	harden()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	a := newApp(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	return a.execute(ctx, os.Args[1:])
}
