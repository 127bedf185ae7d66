package flowrunner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"authdeck/integrations/flowrunner/annotation"
	"authdeck/integrations/flowrunner/lint"
	"authdeck/integrations/flowrunner/wire"
	"authdeck/internal/safetext"
)

// Lint checks the service in a folder, or all services of a folder of them, by one worker. The files of the findings begin with
// dir. A service that ends the worker is a finding too; an error is only that the work itself could not be done.
func (h *Host) Lint(ctx context.Context, dir string) ([]lint.Finding, error) {
	dirs, _ := ServicesIn(dir)
	if len(dirs) == 0 {
		dirs = []string{dir}
	}
	found := []lint.Finding{}
	l := &lister{h: h}
	defer l.close()
	for _, d := range dirs {
		list, err := l.lint(ctx, d)
		if err != nil {
			return found, err
		}
		found = append(found, list...)
	}
	return found, nil
}

// lint asks the worker about one folder.
func (l *lister) lint(ctx context.Context, dir string) ([]lint.Finding, error) {
	files := rooted(dir)
	if l.s == nil {
		s, err := l.h.start(files)
		if err != nil {
			return nil, err
		}
		l.s = s
	}
	l.s.turn(files)
	limited, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	m, err := l.s.ask(limited, wire.Message{Kind: wire.Lint}, handler{}, wire.Linted)
	if err == nil {
		var list []lint.Finding
		if err = json.Unmarshal(m.Findings, &list); err == nil {
			return shownFindings(dir, list), nil
		}
	}
	l.close() // it is dead, or at odds with us
	var ended *WorkerError
	if ctx.Err() != nil || !errors.As(err, &ended) && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lint %s: %w", dir, errors.Join(ctx.Err(), err))
	}
	reason := why(err)
	if ended != nil {
		reason = ended.Reason
	}
	return []lint.Finding{{
		File: filepath.Join(dir, filepath.FromSlash(annotation.Entry)), Line: 1, Severity: lint.Error, Rule: "unreadable",
		Message: "the text cannot be read: " + reason, Hint: "take apart what is nested deepest, or longest",
	}}, nil
}

// shownFindings are a worker's, made safe.
func shownFindings(dir string, list []lint.Finding) []lint.Finding {
	for i := range list {
		f := &list[i]
		if !fs.ValidPath(f.File) {
			f.File = annotation.Entry
		}
		f.File = filepath.Join(dir, filepath.FromSlash(safetext.Line(f.File, 0)))
		f.Line = max(f.Line, 1)
		if f.Severity != lint.Warning {
			f.Severity = lint.Error
		}
		f.Rule, f.Message, f.Hint = safetext.Line(f.Rule, 40), safetext.Line(f.Message, 400), safetext.Line(f.Hint, 300)
	}
	return list
}
