package main

import (
	"context"
	"errors"
	"os"

	"authdeck/browser"
	"authdeck/connections"
	"authdeck/integrations/watch"
	"authdeck/tui"
	"authdeck/tui/term"
)

// openUI opens the terminal UI over the store of the data folder.
func (a *app) openUI(ctx context.Context) error {
	if !a.interactive() {
		return &connections.Error{
			Kind: connections.KindUsage, Message: "the terminal UI needs a terminal",
			Hint: "every verb works without one: authdeck --help",
		}
	}
	svc, err := a.service(ctx)
	if err != nil {
		return err
	}
	st, err := svc.StoreStatus(ctx)
	if err != nil {
		return err
	}
	return a.runUI(ctx, tui.Options{StoreLine: "sealed in " + a.data() + ", opened by " + st.UnlockedBy.Words()}, svc)
}

func (a *app) runUI(ctx context.Context, o tui.Options, svc *connections.Service) error {
	o.Deck = tui.FromService(svc)
	o.Now = a.clock.Wall
	o.Colour, o.ASCII, o.Motion, o.Browser = a.colour(), a.ascii, !a.reduceMotion, a.browser
	o.OpenPage = func(ctx context.Context, address string) error {
		return browser.New(browser.Host()).Open(ctx, address, a.browser)
	}
	o.Stamp = watch.Stamp
	o.Sources = func(ctx context.Context) (<-chan struct{}, error) { return watch.Folders(ctx, a.reg.Folders) }
	o.Rehearse = a.rehearseForUI
	o.Editor = func(text, ext string) (*term.Editor, error) { return term.NewEditor(os.Getenv, text, ext) }
	a.flowrunnerHost().KeepReady(true)
	o.Notice, o.SaveNotice = a.notice(ctx), a.saveNotice
	o.Keep = func(ctx context.Context) error { return svc.Keep(ctx, nil) }
	err := tui.Run(ctx, o)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
