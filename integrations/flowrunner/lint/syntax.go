package lint

import (
	"errors"
	"regexp"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// What a line begins with, or holds, when it is written in a JavaScript that this engine has not.
var (
	esm       = regexp.MustCompile(`^\s*(?:import\s*(?:[\w{*'"$]|$)|export\s+(?:default|const|let|var|function|class|async)\b|export\s*[{*])`)
	forAwait  = regexp.MustCompile(`\bfor\s+await\s*\(`)
	generator = regexp.MustCompile(`\basync\s+(?:function\s*\*|\*)`)
	atTop     = regexp.MustCompile(`^(?:(?:const|let|var)\s+[^=]+=\s*)?await\s`)
)

// syntax tells of a text that does not parse, and names what it is where the line shows it.
func (l *linter) syntax(file string, line int, message string) {
	text := ""
	for _, f := range l.text.Files {
		if lines := strings.Split(f.Text, "\n"); f.Name == file && line >= 1 && line <= len(lines) {
			text = lines[line-1]
		}
	}
	switch {
	case esm.MatchString(text):
		l.error(file, line, "esm", "import and export are of ES modules, and a service is a script", "use require and module.exports")
	case forAwait.MatchString(text):
		l.error(file, line, "for-await", "this engine has no `for await`", "take the values one by one with await in an ordinary loop")
	case generator.MatchString(text):
		l.error(file, line, "async-generator", "this engine has no async generators", "collect the values in an array and return that")
	case atTop.MatchString(text):
		l.error(file, line, "top-level-await", "await stands outside of an async function", "nothing may wait while a service is loaded: move it into a method")
	default:
		l.error(file, line, "syntax", "it does not parse: "+message, "this engine knows JavaScript up to ES2022, without modules and async generators")
	}
}

// wrapped is what the engine makes of a file before it compiles it; the line numbers stay.
const wrapped = "(function (exports, require, module, __filename, __dirname) {"

// compiled tells of what only the compiler sees: names declared twice, wrong regular expressions.
func (l *linter) compiled() {
	for _, f := range l.text.Files {
		if f.Program == nil {
			continue
		}
		text := f.Text
		if strings.HasPrefix(text, "#!") {
			text = "//" + text
		}
		p, err := goja.Parse(f.Name, wrapped+text+"\n})", parser.WithDisableSourceMaps)
		if err == nil {
			_, err = goja.CompileAST(p, false)
		}
		var list parser.ErrorList
		var one *parser.Error
		var late *goja.CompilerSyntaxError
		switch {
		case err == nil:
		case errors.As(err, &list) && len(list) > 0:
			l.syntax(f.Name, list[0].Position.Line, list[0].Message)
		case errors.As(err, &one):
			l.syntax(f.Name, one.Position.Line, one.Message)
		case errors.As(err, &late) && late.File != nil:
			l.syntax(f.Name, late.File.Position(late.Offset).Line, late.Message)
		default:
			l.syntax(f.Name, 1, err.Error())
		}
	}
}
