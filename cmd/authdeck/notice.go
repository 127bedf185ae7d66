package main

import (
	"context"
	"slices"

	"authdeck/tui/term"
)

// The place of the UI's choice of how the terminal calls its user.
const (
	uiSection = "ui"
	noticeKey = "notices"
)

// notice is that choice; "", which is the default, if there is none that this program knows.
func (a *app) notice(ctx context.Context) term.Notice {
	var n term.Notice
	if a.store == nil || a.store.Setting(ctx, uiSection, noticeKey, &n) != nil || !slices.Contains(term.Notices(), n) {
		return ""
	}
	return n
}

func (a *app) saveNotice(ctx context.Context, n term.Notice) error {
	if a.store == nil {
		return nil
	}
	return a.store.PutSetting(ctx, uiSection, noticeKey, n)
}
