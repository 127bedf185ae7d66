package annotation

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/unistring"
)

// Entry is the file that makes a folder a service.
const Entry = "src/index.js"

// The bounds of what is read of one service.
const (
	mostFiles = 300
	mostBytes = 4 << 20 // of one file
)

// ErrNoService says that the folder has no entry, or its code registers no class that can be found in the text.
var ErrNoService = errors.New("this is not a FlowRunner service")

// SyntaxError is a file that does not parse. Its text names file and line.
type SyntaxError struct {
	File string
	Line int
	Text string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// source is one file.
type source struct {
	name    string // relative to the service's folder
	text    string
	program *ast.Program
	vars    map[string]ast.Expression // top-level const, let and var
}

// reading is the work of Read.
type reading struct {
	folder   fs.FS
	sources  []*source
	problems []Problem
}

func (r *reading) problem(file string, line int, text string) {
	r.problems = append(r.problems, Problem{File: file, Line: line, Error: true, Text: text})
}

// Read reads the service in folder: its entry and every file that this reaches by a literal relative require. It returns
// [ErrNoService], a [*SyntaxError], or what the file system says.
func Read(folder fs.FS) (Service, error) {
	t, err := ReadText(folder)
	return t.Service, err
}

// requires finds literal relative requires; one in a comment costs a look at a file that is not there.
var requires = regexp.MustCompile(`require\s*\(\s*(?:'(\.[^'\n]*)'|"(\.[^"\n]*)")\s*\)`)

// file reads one file and what it requires. Files are read once.
func (r *reading) file(name string) error {
	if slices.ContainsFunc(r.sources, func(s *source) bool { return s.name == name }) {
		return nil
	}
	if len(r.sources) >= mostFiles {
		return fmt.Errorf("read the service: more than %d files", mostFiles)
	}
	info, err := fs.Stat(r.folder, name)
	if err != nil {
		return fmt.Errorf("read the service: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > mostBytes {
		return fmt.Errorf("read the service: %s is no file of at most %d bytes", name, mostBytes)
	}
	raw, err := fs.ReadFile(r.folder, name)
	if err != nil {
		return fmt.Errorf("read the service: %w", err)
	}
	src := &source{name: name, text: strings.TrimPrefix(string(raw), "\ufeff"), vars: map[string]ast.Expression{}}
	r.sources = append(r.sources, src)
	if path.Ext(name) == ".json" {
		return nil
	}
	if src.program, err = parse(name, src.text); err != nil {
		return syntaxError(name, err)
	}
	for _, st := range src.program.Body {
		switch d := st.(type) {
		case *ast.VariableStatement:
			src.bind(d.List)
		case *ast.LexicalDeclaration:
			src.bind(d.List)
		}
	}
	for _, m := range requires.FindAllStringSubmatch(src.text, -1) {
		target, ok := r.resolve(path.Dir(name), m[1]+m[2])
		if !ok {
			continue // it fails where the code reaches it, and says so there
		}
		if err := r.file(target); err != nil {
			return err
		}
	}
	return nil
}

// parse parses one file. A text that the parser falls over is an error as well.
func parse(name, text string) (program *ast.Program, err error) {
	defer func() {
		if fell := recover(); fell != nil {
			program, err = nil, fmt.Errorf("this cannot be parsed here: %.200v", fell)
		}
	}()
	return parser.ParseFile(nil, name, text, parser.IgnoreRegExpErrors, parser.WithDisableSourceMaps)
}

func (s *source) bind(list []*ast.Binding) {
	for _, b := range list {
		if id, ok := b.Target.(*ast.Identifier); ok && b.Initializer != nil {
			s.vars[id.Name.String()] = b.Initializer
		}
	}
}

// resolve finds a relative require as written, with .js or .json, or the index.js of a folder, inside the service's folder.
func (r *reading) resolve(dir, ref string) (string, bool) {
	p := path.Join(dir, ref)
	if !fs.ValidPath(p) {
		return "", false
	}
	for _, name := range []string{p, p + ".js", p + ".json", path.Join(p, "index.js")} {
		if info, err := fs.Stat(r.folder, name); err == nil && info.Mode().IsRegular() {
			return name, true
		}
	}
	return "", false
}

func syntaxError(name string, err error) error {
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return &SyntaxError{File: name, Line: list[0].Position.Line, Text: list[0].Message}
	}
	return &SyntaxError{File: name, Line: 1, Text: err.Error()}
}

// registration finds the last call of addService, and the file it stands in.
func (r *reading) registration() (*ast.CallExpression, *source) {
	var found *ast.CallExpression
	var in *source
	for _, src := range r.sources {
		if src.program == nil {
			continue
		}
		Walk(src.program, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpression); ok {
				if dot, ok := call.Callee.(*ast.DotExpression); ok && dot.Identifier.Name == "addService" {
					found, in = call, src
				}
			}
			return true
		})
	}
	return found, in
}

// class finds the class that is registered: by the name that is handed over, in any file; a class that stands in the call;
// or, where the name leads nowhere in the text, the only class that has annotations.
func (r *reading) class(call *ast.CallExpression, in *source) (*ast.ClassLiteral, *source) {
	var name unistring.String
	if call != nil && len(call.ArgumentList) > 0 {
		switch arg := call.ArgumentList[0].(type) {
		case *ast.ClassLiteral:
			return arg, in
		case *ast.Identifier:
			name = arg.Name
			if c, ok := in.vars[name.String()].(*ast.ClassLiteral); ok {
				return c, in
			}
		}
	}
	var annotated []*ast.ClassLiteral
	var where []*source
	for _, src := range r.sources {
		if src.program == nil {
			continue
		}
		var same *ast.ClassLiteral
		Walk(src.program, func(n ast.Node) bool {
			c, ok := n.(*ast.ClassLiteral)
			if !ok {
				return true
			}
			if c.Name != nil && name != "" && c.Name.Name == name && same == nil {
				same = c
			}
			if annotates(src, c) {
				annotated, where = append(annotated, c), append(where, src)
			}
			return true
		})
		if same != nil {
			return same, src
		}
	}
	if call != nil && len(annotated) == 1 {
		return annotated[0], where[0]
	}
	return nil, nil
}

// annotates reports whether a method of the class has an operation's tag.
func annotates(src *source, c *ast.ClassLiteral) bool {
	for _, el := range c.Body {
		m, ok := el.(*ast.MethodDefinition)
		if !ok {
			continue
		}
		body, line, ok := commentBefore(src.text, int(m.Idx)-1)
		if !ok {
			continue
		}
		tags := tagsOf(body, line)
		for _, name := range []string{"operationName", "registerAs", "route", "paramDef"} {
			if _, ok := find(tags, name); ok {
				return true
			}
		}
	}
	return false
}
