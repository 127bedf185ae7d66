package main

import (
	"context"

	"authdeck/connections"
	"authdeck/integrations/watch"
	"authdeck/internal/safetext"
)

// runWatched runs an action now and after each save of a file of its integration, until it is interrupted. What fails is told, and
// ends nothing: the next save may mend it.
func (a *app) runWatched(ctx context.Context, svc *connections.Service, integration string, req connections.RunRequest, f runFlags) error {
	changes, err := watch.Folders(ctx, a.reg.Folders)
	if err != nil {
		return err
	}
	view, err := svc.Integration(ctx, integration)
	switch {
	case err != nil:
		return err
	case watch.Stamp(view.Origin) == "":
		return usage("--watch waits for saved files, and %s has none here", integration)
	}
	last, err := svc.LastResult(ctx, integration, req.Action, "")
	if err != nil {
		return err
	}
	for {
		before := watch.Stamp(view.Origin)
		if mistake := mistakeOf(ctx, svc, integration); mistake != nil {
			report(a.err, mistake, a.json)
		} else {
			r, err := a.runOnce(ctx, svc, req)
			if ctx.Err() != nil {
				return nil
			}
			if err = a.showRun(r, err, f); err != nil {
				report(a.err, err, a.json)
			} else if !req.DryRun {
				if last != nil {
					for _, line := range compared(ctx, last, r.Result) {
						a.note("%s", line)
					}
				}
				last = r.Result
			}
		}
		a.note("watching %s", view.Origin)
		if !saved(ctx, changes, func() bool { return watch.Stamp(view.Origin) != before }) {
			return nil
		}
	}
}

// mistakeOf is what is wrong with a file that was saved, nil if nothing is: the last good version would say nothing of the new one.
func mistakeOf(ctx context.Context, svc *connections.Service, integration string) error {
	view, err := svc.Integration(ctx, integration)
	if err != nil || view.Mistake == "" {
		return nil //nolint:nilerr // the run says what is wrong
	}
	return &connections.Error{Kind: connections.KindConfiguration, Message: safetext.Line(view.Mistake, 300), Hint: "nothing was run; save it without the mistake"}
}

// saved waits until a file that matters was saved; false: it was interrupted.
func saved(ctx context.Context, changes <-chan struct{}, matters func() bool) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case _, ok := <-changes:
			if !ok {
				return false
			}
			if matters() {
				return true
			}
		}
	}
}
