package annotation

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// Text is the parsed source of a service and what was read from it: what lint looks at.
type Text struct {
	Service Service
	Files   []*File
	Call    *ast.CallExpression // of addService, the last one; nil if there is none
	CallIn  *File
	Class   *ast.ClassLiteral // that is registered; nil if the text does not tell
	ClassIn *File
	Tags    []Tag // of the class
	Methods []MethodText
}

// File is one file of a service. Program is nil for one that is no JavaScript.
type File struct {
	Name    string // relative to the service's folder, with slashes
	Text    string
	Program *ast.Program
	vars    map[string]ast.Expression
}

// Position is a place in a file's text, from 1 and in bytes, as the parser's nodes give it.
type Position = file.Idx

// Line is the line of a position in the file, from 1.
func (f *File) Line(at Position) int { return lineOf(f.Text, int(at)-1) }

// Var is what a const, let or var at the file's top level begins with; nil if there is none of that name.
func (f *File) Var(name string) ast.Expression { return f.vars[name] }

// EachComment calls each with the tags of every block comment that opens with /**.
func (f *File) EachComment(each func(tags []Tag)) {
	comments(f.Text, func(body string, line int) { each(exported(tagsOf(body, line))) })
}

// Tag is one @word of a comment, with the text up to the next one.
type Tag struct {
	Name string
	Text string // lines joined by \n, each trimmed
	Line int    // of the @word in the file, from 1
}

// Word is the first word of the tag's first line.
func (t Tag) Word() string { return tag{text: t.Text}.word() }

// First is the tag's first line.
func (t Tag) First() string { return tag{text: t.Text}.first() }

// Decode reads the JSON of the tag into v: the whole text, else the first balanced value in it.
func (t Tag) Decode(v any) error { return decode(t.Text, v) }

// MethodText is one ordinary method of the class, annotated or not.
type MethodText struct {
	Name string
	Line int
	Tags []Tag
	Body *ast.FunctionLiteral
}

// Tag returns the method's first tag of a name.
func (m MethodText) Tag(name string) (Tag, bool) {
	for _, t := range m.Tags {
		if t.Name == name {
			return t, true
		}
	}
	return Tag{}, false
}

// ReadText is [Read] with the text beside what it says. A text that does not parse, or has no class, comes with its
// files and with the error.
func ReadText(folder fs.FS) (*Text, error) {
	r := &reading{folder: folder}
	t := &Text{Service: Service{Types: map[string]Typedef{}, Methods: []Method{}, Items: []Item{}}}
	err := r.file(Entry)
	s := &t.Service
	files := map[*source]*File{}
	for _, src := range r.sources {
		s.Files = append(s.Files, src.name)
		files[src] = &File{Name: src.name, Text: src.text, Program: src.program, vars: src.vars}
		t.Files = append(t.Files, files[src])
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return t, fmt.Errorf("%w: there is no %s", ErrNoService, Entry)
	case err != nil:
		return t, err
	}
	call, in := r.registration()
	class, src := r.class(call, in)
	t.Call, t.CallIn, t.Class, t.ClassIn = call, files[in], class, files[src]
	if class == nil {
		return t, fmt.Errorf("%w: no class is registered by addService", ErrNoService)
	}
	if class.Name != nil {
		s.Class = class.Name.Name.String()
	}
	t.Tags = exported(r.classTags(s, class, src))
	t.Methods = r.methods(s, class, src)
	for _, src := range r.sources {
		comments(src.text, func(body string, line int) {
			if d, ok := r.typedef(tagsOf(body, line), src.name); ok {
				s.Types[d.Name] = d
			}
		})
	}
	r.items(s, call, in)
	s.Problems = r.problems
	return t, nil
}

func exported(tags []tag) []Tag {
	var list []Tag
	for _, t := range tags {
		list = append(list, Tag{Name: t.name, Text: t.text, Line: t.line})
	}
	return list
}
