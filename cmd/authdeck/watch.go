package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

func (a *app) watchCmd() *cobra.Command {
	var once bool
	var h hookOptions
	cmd := &cobra.Command{
		Use: "watch", Short: "Keeps every connection fresh without the UI; made for a user service",
		Long: `Refreshes every connection before it expires, and prints one line an event: refreshed, failing (once an
outage), recovered, sign_in_needed, configuration, refresh_token_ending, paused, resumed, clock, store.
With --json each is one object a line: {"time","connection","event","detail"}.

SIGTERM and SIGINT end it with exit code 0, once refreshes under way are stored. Trouble with the store
while it runs is an event; it goes on. A store that cannot be opened at the start is exit code 6. Under
systemd it tells READY, STATUS, WATCHDOG (while the keeper comes round) and STOPPING.

With --once it refreshes what is due, then ends by how things stand; the first of these that holds:
  6  the store cannot be read or written      4  a sign-in is needed
  1  an integration's settings are refused    5  something transient, worth trying again
  0  all fresh

--on-event CMD runs CMD by the shell (sh -c; cmd /c on Windows) for each event, with the event as one
JSON object on stdin; nothing of it is in arguments or environment. One runs at a time, up to 64 wait,
each is killed with its children after 30 s. What it prints to stderr is shown, stdout is not.`,
		Example: `  authdeck watch
  authdeck watch --once && authdeck list
  authdeck watch --events failing,recovered,sign_in_needed --on-event 'notify-send authdeck "$(jq -r .detail)"'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := h.check(); err != nil {
				return err
			}
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			// A reader of stdout that goes away must not kill a refresh under way.
			gone := make(chan os.Signal, 1)
			signal.Notify(gone, syscall.SIGPIPE)
			defer signal.Stop(gone)
			if once {
				return a.watchOnce(cmd.Context(), svc, h)
			}
			return a.watch(cmd.Context(), svc, h)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&once, "once", false, "refresh what is due now, then end; the exit code says how things stand")
	f.StringVar(&h.command, "on-event", "", "run `CMD` by the shell for each event, which it gets as JSON on stdin")
	f.StringSliceVar(&h.events, "events", nil, "`LIST` of the events that --on-event is run for, separated by commas (default all)")
	return cmd
}

const (
	// hooksEnd is how long commands for events may go on when watch ends.
	hooksEnd = 5 * time.Second
	// printEnd is how long stdout may take for what is left.
	printEnd = 2 * time.Second
	// statusLeast and statusMost are how often the counts are told to the service manager; statusRest is how many times as
	// long as counting took it rests at least.
	statusLeast = 2 * time.Second
	statusMost  = 5 * time.Minute
	statusRest  = 1000
)

// watch keeps all connections fresh until ctx ends.
func (a *app) watch(ctx context.Context, svc *connections.Service, o hookOptions) error {
	rows, err := svc.List(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	manager := newNotifier(a.getenv)
	defer manager.close()
	h := a.startHook(o)
	events := a.startEvents(h.put, cancel)
	kept := make(chan error, 1)
	go func() { kept <- svc.Keep(ctx, events.put) }()
	a.note("watching %s; ctrl+c ends it", count(len(rows), "connection"))
	manager.send("READY=1", "STATUS="+counts(rows))
	err = a.tell(ctx, svc, manager, kept)
	manager.send("STOPPING=1")
	cancel()
	if err == nil {
		err = <-kept
	}
	events.close(printEnd)
	h.finish(ctx)
	return err
}

// tell keeps the service manager informed until ctx ends, or the keeper by itself; its error is the keeper's.
func (a *app) tell(ctx context.Context, svc *connections.Service, manager *notifier, kept chan error) error {
	ticks, stop := manager.ticks()
	defer stop()
	var changes <-chan struct{}
	status := time.NewTimer(statusMost)
	defer status.Stop()
	if manager != nil {
		if ch, err := svc.Changes(ctx); err == nil {
			changes = ch
		}
	}
	planned, stuck, pause := false, false, statusLeast
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-kept:
			kept <- nil
			return err
		case <-ticks:
			if was := stuck; !svc.KeeperStuck() {
				stuck = false
				manager.send("WATCHDOG=1")
			} else if stuck = true; !was {
				a.complain("the keeper is stuck: the service manager is not told any more that it lives")
			}
		case _, open := <-changes:
			if !open {
				changes = nil
			}
			if !planned {
				planned = true
				status.Reset(pause)
			}
		case <-status.C:
			planned = false
			status.Reset(statusMost)
			if manager == nil {
				continue
			}
			began := a.clock.Mono()
			rows, err := svc.List(ctx)
			switch {
			case err == nil:
				manager.send("STATUS=" + counts(rows))
			case ctx.Err() == nil:
				manager.send("STATUS=the store cannot be read; trying on")
			}
			pause = min(statusMost, max(statusLeast, statusRest*(a.clock.Mono()-began)))
		}
	}
}

// counts says how things stand: "8 connections: 6 ok, 1 retrying, 1 sign_in_needed".
func counts(rows []connections.View) string {
	n := map[connections.State]int{}
	for _, r := range rows {
		n[r.State]++
	}
	var parts []string
	for state, count := range n {
		parts = append(parts, fmt.Sprintf("%d %s", count, state))
	}
	slices.SortFunc(parts, func(a, b string) int { return strings.Compare(wordOf(a), wordOf(b)) })
	if len(parts) == 0 {
		return "0 connections"
	}
	return fmt.Sprintf("%s: %s", count(len(rows), "connection"), strings.Join(parts, ", "))
}

func wordOf(part string) string {
	_, word, _ := strings.Cut(part, " ")
	return word
}
