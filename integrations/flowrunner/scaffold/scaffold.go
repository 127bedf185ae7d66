package scaffold

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"authdeck/integrations/flowrunner/lint"
)

// Options say what the new service is called and looks like.
type Options struct {
	Name  string // of the folder: 1 to 64 of a-z, 0-9 and -
	Title string // that people see; "" takes Name
	Icon  []byte // a PNG, JPEG, WebP or SVG file; nil draws the title's first letter
}

// File is one file of the new service.
type File struct {
	Path string // relative to the service's folder, with slashes
	Body []byte
}

//go:embed template
var pages embed.FS

// pageOf are the templates by the file that each makes.
var pageOf = [][2]string{
	{"src/index.js", "index.js.tmpl"},
	{"test/service.test.js", "service.test.js.tmpl"},
	{"package.json", "package.json.tmpl"},
	{"README.md", "README.md.tmpl"},
}

// Files returns the files of a new service, the icon last. Errors tell of an option that cannot be.
func Files(o Options) ([]File, error) {
	if !validName.MatchString(o.Name) {
		return nil, errors.New("a name is 1 to 64 of a-z, 0-9 and -")
	}
	if o.Title == "" {
		o.Title = o.Name
	}
	if err := CheckTitle(o.Title); err != nil {
		return nil, err
	}
	icon, kind := o.Icon, "png"
	if icon == nil {
		var err error
		if icon, err = drawn(o.Title); err != nil {
			return nil, err
		}
	} else {
		var err error
		if kind, err = lint.CheckIcon(icon); err != nil {
			return nil, fmt.Errorf("the icon cannot be taken: %w", err)
		}
	}
	quoted, err := json.Marshal(o.Title)
	if err != nil {
		return nil, fmt.Errorf("write the title: %w", err)
	}
	fill := map[string]string{"Name": o.Name, "Title": o.Title, "Quoted": string(quoted), "Class": className(o.Name), "Icon": "icon." + kind}
	files := make([]File, 0, len(pageOf)+1)
	for _, p := range pageOf {
		text, err := pages.ReadFile("template/" + p[1])
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", p[0], err)
		}
		t, err := template.New(p[0]).Delims("<<", ">>").Parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", p[0], err)
		}
		var body bytes.Buffer
		if err := t.Execute(&body, fill); err != nil {
			return nil, fmt.Errorf("write %s: %w", p[0], err)
		}
		files = append(files, File{Path: p[0], Body: body.Bytes()})
	}
	return append(files, File{Path: "public/icon." + kind, Body: icon}), nil
}

var validName = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// maxTitle is the longest title, in characters.
const maxTitle = 100

// CheckTitle refuses what cannot stand on one line of a comment.
func CheckTitle(title string) error {
	switch {
	case !utf8.ValidString(title) || strings.ContainsFunc(title, func(c rune) bool { return !unicode.IsPrint(c) }):
		return errors.New("a title is one line of printable text")
	case strings.TrimSpace(title) == "" || utf8.RuneCountInString(title) > maxTitle:
		return fmt.Errorf("a title has 1 to %d characters", maxTitle)
	case strings.Contains(title, "*/"):
		return errors.New(`a title cannot hold "*/": it stands in a comment of the source`)
	}
	return nil
}

// className is the folder's name as a class: harbour-2 becomes Harbour2Service.
func className(name string) string {
	var class strings.Builder
	for _, part := range strings.Split(name, "-") {
		if part != "" {
			class.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	if c := class.String(); c == "" || c[0] >= '0' && c[0] <= '9' {
		return "The" + c + "Service"
	}
	return class.String() + "Service"
}
