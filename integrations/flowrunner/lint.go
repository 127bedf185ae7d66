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
		place := func(file string) string { return filepath.Join(d, filepath.FromSlash(file)) }
		list, err := l.lint(ctx, rooted(d), place, nil)
		if err != nil {
			return found, err
		}
		found = append(found, list...)
	}
	return found, nil
}

// LintBeside checks a file that a manifest in dir leaves work to, and what it requires: it must have these methods, of which there
// is at least one.
func (h *Host) LintBeside(ctx context.Context, dir, file string, methods []string) ([]lint.Finding, error) {
	files := beside{rooted(dir), file}
	place := func(file string) string { return filepath.Join(dir, filepath.FromSlash(files.real(file))) }
	l := &lister{h: h}
	defer l.close()
	return l.lint(ctx, files, place, methods)
}

// lint asks the worker about one folder; place is where a file of it lies.
func (l *lister) lint(ctx context.Context, files fs.FS, place func(string) string, methods []string) ([]lint.Finding, error) {
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
	m, err := l.s.ask(limited, wire.Message{Kind: wire.Lint, Methods: methods}, handler{}, wire.Linted)
	if err == nil {
		var list []lint.Finding
		if err = json.Unmarshal(m.Findings, &list); err == nil {
			return shownFindings(place, list), nil
		}
	}
	l.close() // it is dead, or at odds with us
	var ended *WorkerError
	if ctx.Err() != nil || !errors.As(err, &ended) && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lint %s: %w", place(annotation.Entry), errors.Join(ctx.Err(), err))
	}
	reason := why(err)
	if ended != nil {
		reason = ended.Reason
	}
	return []lint.Finding{{
		File: place(annotation.Entry), Line: 1, Severity: lint.Error, Rule: "unreadable",
		Message: "the text cannot be read: " + reason, Hint: "take apart what is nested deepest, or longest",
	}}, nil
}

// shownFindings are a worker's, made safe.
func shownFindings(place func(string) string, list []lint.Finding) []lint.Finding {
	for i := range list {
		f := &list[i]
		if !fs.ValidPath(f.File) {
			f.File = annotation.Entry
		}
		f.File = safetext.Line(place(f.File), 0)
		f.Line = max(f.Line, 1)
		if f.Severity != lint.Warning {
			f.Severity = lint.Error
		}
		f.Rule, f.Message, f.Hint = safetext.Line(f.Rule, 40), safetext.Line(f.Message, 400), safetext.Line(f.Hint, 300)
	}
	return list
}
