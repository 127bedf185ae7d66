package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"authdeck/integrations/flowrunner/annotation"
)

// Severity says how bad a finding is.
type Severity string

// The severities: an error breaks something, a warning may be meant.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one mistake. Its texts may quote the source: they are foreign until the host has made them safe.
type Finding struct {
	File     string   `json:"file"`             // of [Folder]: relative to the service's folder, with slashes
	Line     int      `json:"line"`             // from 1
	Column   int      `json:"column,omitempty"` // from 1; 0 is the line as a whole
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"` // stable
	Message  string   `json:"message"`
	Hint     string   `json:"hint"` // what to do
}

// mostFindings bounds what one service can bring.
const mostFindings = 500

// linter is the work of Folder.
type linter struct {
	folder fs.FS
	beside bool     // the code of a manifest
	wanted []string // and what it must be able to do
	text   *annotation.Text
	found  []Finding
}

// Folder checks the service in a folder. Findings are in the order of files and lines.
func Folder(folder fs.FS) []Finding {
	l := &linter{folder: folder}
	return l.look()
}

// Beside checks the code that a manifest leaves to JavaScript, in a folder that has it as its entry: name, icon and the
// operations' tags are the manifest's business, methods are those that it names.
func Beside(folder fs.FS, methods []string) []Finding {
	l := &linter{folder: folder, beside: true, wanted: methods}
	return l.look()
}

func (l *linter) look() []Finding {
	text, err := annotation.ReadText(l.folder)
	l.text = text
	l.unread(err)
	if err == nil {
		l.compiled()
		l.rules()
	}
	order := map[string]int{}
	for i, f := range text.Files {
		order[f.Name] = i - len(text.Files)
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(order[a.File]-order[b.File], cmp.Compare(a.File, b.File), a.Line-b.Line, cmp.Compare(a.Rule, b.Rule))
	})
	l.found = slices.Compact(l.found)
	return l.found[:min(len(l.found), mostFindings)]
}

// rules looks at a text that parses.
func (l *linter) rules() {
	l.annotations()
	l.references()
	l.items()
	l.grants()
	l.addresses()
	l.logs()
	l.modules()
	if l.beside {
		l.methods()
		return
	}
	l.operations()
	l.icon()
}

func (l *linter) error(file string, line int, rule, message, hint string) {
	l.found = append(l.found, Finding{File: file, Line: line, Severity: Error, Rule: rule, Message: message, Hint: hint})
}

func (l *linter) warn(file string, line int, rule, message, hint string) {
	l.found = append(l.found, Finding{File: file, Line: line, Severity: Warning, Rule: rule, Message: message, Hint: hint})
}

// unread tells of a service that cannot be read.
func (l *linter) unread(err error) {
	var syntax *annotation.SyntaxError
	switch {
	case err == nil:
	case errors.As(err, &syntax):
		l.syntax(syntax.File, syntax.Line, syntax.Text)
	case len(l.text.Files) == 0:
		l.error(annotation.Entry, 1, "no-service", "this folder is no service: there is no "+annotation.Entry, "write it, or lint the folder that holds the service")
	case errors.Is(err, annotation.ErrNoService) && l.text.Call == nil:
		l.error(annotation.Entry, 1, "not-registered", "nothing calls Flowrunner.ServerCode.addService",
			"end "+annotation.Entry+" with Flowrunner.ServerCode.addService(Class, configItems)")
	case errors.Is(err, annotation.ErrNoService):
		l.error(l.text.CallIn.Name, l.text.CallIn.Line(l.text.Call.Idx0()), "not-registered",
			"addService is given no class that stands in the files of this service", "declare the class in "+annotation.Entry+" and hand it over by its name")
	default:
		l.error(annotation.Entry, 1, "unreadable", fmt.Sprintf("the service cannot be read: %v", err), "look at the files that "+annotation.Entry+" requires")
	}
}
