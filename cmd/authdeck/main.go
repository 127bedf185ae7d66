package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
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
	undo := harden()
	ends := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored) // nohup means it
	ctx, stop := context.WithCancel(context.Background())
	if len(ends) > 0 { // of none, all would be meant
		stop()
		ctx, stop = signal.NotifyContext(context.Background(), ends...)
	}
	defer stop()
	a := newApp(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	a.unharden = undo
	return a.execute(ctx, os.Args[1:])
}
