package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"authdeck/internal/safetext"
)

// maxIssues is how many mistakes of a page are named.
const maxIssues = 20

// Issue is one mistake of a page.
type Issue struct {
	Line, Column int // from 1; columns are characters
	Msg          string
}

// Errors are the mistakes of a page, in the order of the file. There is at least one.
type Errors struct {
	Page   string // the page's name
	Issues []Issue
}

// Error names the mistakes on one line, "; " between them: "gitlab.yaml:7:1: unknown key …". The text is safe to show.
func (e *Errors) Error() string {
	lines := make([]string, 0, len(e.Issues))
	for n, i := range e.Issues {
		if n == maxIssues {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Issues)-n))
			break
		}
		lines = append(lines, e.line(i))
	}
	return strings.Join(lines, "; ")
}

// First names the first mistake on one line, and how many more there are.
func (e *Errors) First() string {
	s := e.line(e.Issues[0])
	if n := len(e.Issues) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

func (e *Errors) line(i Issue) string {
	return fmt.Sprintf("%s:%d:%d: %s", safetext.Line(e.Page, 0), i.Line, i.Column, safetext.Line(i.Msg, 400))
}

// issues collects mistakes.
type issues struct{ list []Issue }

func (s *issues) at(n *node, format string, args ...any) {
	s.pos(n.line, n.col, format, args...)
}

func (s *issues) pos(line, col int, format string, args ...any) {
	s.list = append(s.list, Issue{Line: line, Column: col, Msg: fmt.Sprintf(format, args...)})
}

// err is nil if nothing was collected.
func (s *issues) err(page string) error {
	if len(s.list) == 0 {
		return nil
	}
	slices.SortStableFunc(s.list, func(a, b Issue) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return &Errors{Page: page, Issues: s.list}
}
