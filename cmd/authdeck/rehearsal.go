package main

import (
	"context"
	"fmt"
	"strings"

	"authdeck/integrations/flowrunner/rehearse"
	"authdeck/internal/safetext"
	"authdeck/tui/screen"
)

// rehearseForUI plays a service for the UI's screen.
func (a *app) rehearseForUI(ctx context.Context, id string) (screen.Rehearsal, error) {
	s, cfg, err := a.rehearsed(ctx, id)
	if err != nil {
		return screen.Rehearsal{}, err
	}
	r, err := rehearse.Rehearse(ctx, s, rehearse.Options{Config: cfg, Clock: a.clock})
	if err != nil {
		return screen.Rehearsal{}, err
	}
	table := r.Table()
	var out screen.Rehearsal
	for i, played := range r.Situations {
		row := table[i+1]
		one := screen.RehearsedSituation{
			Name: row[0], About: played.About, SignIn: row[1], Refresh: row[5], Then: row[6],
			SignedIn: played.SignIn.State == rehearse.Fresh, Faults: len(played.Faults),
			Works: played.Refresh != nil && played.Refresh.State == "ok" && (played.Again == nil || played.Again.State == "ok"),
		}
		fact := func(name, text string, bad bool) {
			if text != "" {
				one.Facts = append(one.Facts, screen.RehearsedFact{Name: name, Text: safetext.Line(text, 0), Bad: bad})
			}
		}
		for _, f := range played.Faults {
			fact("fault", f, true)
		}
		fact("account", row[4], false)
		fact("expiry", row[2], false)
		fact("refresh token", row[3], false)
		fact("sign-in", played.SignIn.Reason, false)
		if played.InTrouble != nil {
			fact("a sign-in then", played.InTrouble.Reason, false)
		}
		for n, again := range []*rehearse.Refresh{played.Refresh, played.Again} {
			if again != nil {
				fact([]string{"refresh", "second refresh"}[n], again.Reason, false)
			}
		}
		for _, w := range played.Warnings {
			fact("warning", w, false)
		}
		for _, q := range played.Requests {
			fact(q.Operation, fmt.Sprintf("%s %s%s → %d", q.Method, q.Host, q.Path, q.Status), false)
		}
		for _, l := range played.Console {
			fact("printed", l.Text, false)
		}
		fact("address", r.Address.URL, false)
		fact("made up", strings.Join(r.MadeUp, ", "), false)
		out.Situations = append(out.Situations, one)
	}
	return out, nil
}
