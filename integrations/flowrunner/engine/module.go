package engine

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/dop251/goja"
)

// Entry is the file that registers the service.
const Entry = "src/index.js"

// source finds what a require of ref in the folder dir means, and reads it: the file as written, with .js or .json, or a folder's main. kind is
// "js" or "json"; "" if there is no such file (§7.4, 1 and the node_modules part of 2).
func (e *Engine) source(dir, ref string) (name, kind, text string) {
	try := func(p string) bool {
		for _, c := range []string{p, p + ".js", p + ".json"} {
			if body, ok := e.read(c); ok {
				name, text, kind = c, body, "js"
				if path.Ext(c) == ".json" {
					kind = "json"
				}
				return true
			}
		}
		return false
	}
	folder := func(p string) bool {
		if body, ok := e.read(path.Join(p, "package.json")); ok {
			if main := e.mainOf(body); main != "" && (try(path.Join(p, main)) || try(path.Join(p, main, "index"))) {
				return true
			}
		}
		return try(path.Join(p, "index"))
	}
	if ref == "." || ref == ".." || strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../") {
		p := path.Join(dir, ref)
		if fs.ValidPath(p) && (!strings.HasSuffix(ref, "/") && try(p) || folder(p)) {
			return name, kind, text
		}
		return "", "", ""
	}
	for at := dir; ; at = path.Dir(at) {
		p := path.Join(at, "node_modules", ref)
		if fs.ValidPath(p) && (try(p) || folder(p)) {
			return name, kind, text
		}
		if at == "." || at == "/" {
			return "", "", ""
		}
	}
}

// read reads one file of the service; ok is false if there is none.
func (e *Engine) read(name string) (string, bool) {
	if !fs.ValidPath(name) {
		return "", false
	}
	info, err := fs.Stat(e.o.Folder, name)
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	body, err := fs.ReadFile(e.o.Folder, name)
	if err != nil {
		return "", false
	}
	return strings.TrimPrefix(string(body), "\ufeff"), true
}

// mainOf reads the main of a package.json.
func (e *Engine) mainOf(text string) string {
	v, err := e.host.parse(goja.Undefined(), e.vm.ToValue(text))
	if err != nil {
		return ""
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return ""
	}
	main, ok := o.Get("main").(goja.String)
	if !ok {
		return ""
	}
	return strings.TrimPrefix(main.String(), "./")
}

// wrapper makes the function of a CommonJS module. Its first line is the file's first line, so that positions are right.
func (e *Engine) wrapper(name, text string) (goja.Value, error) {
	if strings.HasPrefix(text, "#!") {
		text = "//" + text
	}
	p, err := compile(name, "(function (exports, require, module, __filename, __dirname) {"+text+"\n})")
	if err != nil {
		return nil, err
	}
	return e.vm.RunProgram(p)
}

// thrown makes a JavaScript error of what failed in Go.
func (e *Engine) thrown(err error) goja.Value {
	var syntax *goja.CompilerSyntaxError
	if errors.As(err, &syntax) {
		return e.error("SyntaxError", syntax.Error())
	}
	return e.error("SyntaxError", err.Error())
}

// error makes an error of one of the standard classes.
func (e *Engine) error(class, message string) goja.Value {
	o, err := e.vm.New(e.vm.Get(class), e.vm.ToValue(message))
	if err != nil {
		return e.vm.ToValue(message)
	}
	return o
}
