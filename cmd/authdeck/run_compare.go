package main

import (
	"context"
	"encoding/json"

	"authdeck/internal/jsondoc"
	"authdeck/internal/safetext"
)

// comparedMost is how many differences are told.
const comparedMost = 40

// compared says how a result differs from the one before, a line each.
func compared(ctx context.Context, before, after json.RawMessage) []string {
	lines, err := differences(ctx, before, after)
	switch {
	case err != nil:
		return []string{"the results cannot be compared: " + safetext.Line(err.Error(), 200)}
	case len(lines) == 0:
		return []string{"the result is unchanged"}
	}
	out := []string{"the result has changed:"}
	for _, l := range lines[:min(len(lines), comparedMost)] {
		out = append(out, safetext.Line(l, 300))
	}
	if len(lines) > comparedMost {
		out = append(out, "… and more")
	}
	return out
}

func differences(ctx context.Context, before, after json.RawMessage) ([]string, error) {
	if len(after) == 0 {
		after = json.RawMessage("null")
	}
	a, err := jsondoc.Open(before)
	if err != nil {
		return nil, err
	}
	b, err := jsondoc.Open(after)
	if err != nil {
		return nil, err
	}
	changes, err := jsondoc.Diff(ctx, a, b)
	if err != nil {
		return nil, err
	}
	return changes.Lines(), nil
}
