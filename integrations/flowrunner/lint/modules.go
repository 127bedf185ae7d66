package lint

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"authdeck/integrations/flowrunner/annotation"
)

// have are the modules of Node and the packages that the engine brings itself (reference/flowrunner.md §7.3 and §7.4).
var have = []string{
	"assert", "buffer", "console", "crypto", "events", "http", "https", "path", "path/posix", "perf_hooks", "process", "punycode", "querystring",
	"stream", "stream/promises", "string_decoder", "timers", "timers/promises", "url", "util", "zlib",
	"axios", "cross-fetch", "form-data", "node-fetch",
}

// lack are the modules of Node that are stand-ins here: they load, and using them throws.
var lack = []string{
	"async_hooks", "child_process", "cluster", "dgram", "diagnostics_channel", "dns", "dns/promises", "domain", "fs", "fs/promises", "http2",
	"inspector", "module", "net", "os", "readline", "readline/promises", "repl", "sqlite", "test", "tls", "trace_events", "tty", "v8", "vm", "wasi", "worker_threads",
}

// modules checks what is required by a literal name. What stands in a try is meant to be able to fail.
func (l *linter) modules() {
	for _, f := range l.text.Files {
		if f.Program == nil {
			continue
		}
		annotation.Walk(f.Program, func(n ast.Node) bool {
			if _, ok := n.(*ast.TryStatement); ok {
				return false
			}
			call, ok := n.(*ast.CallExpression)
			if !ok || len(call.ArgumentList) != 1 {
				return true
			}
			if id, ok := call.Callee.(*ast.Identifier); ok && id.Name == "require" {
				if ref, ok := textIn(call.ArgumentList[0]); ok {
					l.required(f, ref, f.Line(call.Idx0()))
				}
			}
			return true
		})
	}
}

func (l *linter) required(f *annotation.File, ref string, line int) {
	dir := path.Dir(f.Name)
	bare := strings.TrimPrefix(ref, "node:")
	switch {
	case isLocal(ref):
		if !l.resolves(path.Join(dir, ref), !strings.HasSuffix(ref, "/")) {
			l.error(f.Name, line, "file-missing", "there is no file "+ref+" in the service's folder", "write it, or correct the path")
		}
	case slices.Contains(have, bare):
	case slices.Contains(lack, bare):
		l.warn(f.Name, line, "stub-module", fmt.Sprintf("Node's module %s is a stand-in here: it loads, and using it throws", bare), "do without it: a service has no files, processes or sockets of its own")
	default:
		for at := dir; ; at = path.Dir(at) {
			if l.resolves(path.Join(at, "node_modules", ref), true) {
				return
			}
			if at == "." || at == "/" {
				break
			}
		}
		l.error(f.Name, line, "package-missing", "the package "+ref+" is not in node_modules: it loads as a stand-in, and using it throws",
			"install it in the service's folder (authdeck never does), or do without it")
	}
}

func isLocal(ref string) bool {
	return ref == "." || ref == ".." || strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../")
}

// resolves reports whether a require of p finds a file, as the engine looks for it.
func (l *linter) resolves(p string, asFile bool) bool {
	if !fs.ValidPath(p) {
		return false
	}
	file := func(p string) bool {
		return slices.ContainsFunc([]string{p, p + ".js", p + ".json"}, func(c string) bool {
			info, err := fs.Stat(l.folder, c)
			return err == nil && info.Mode().IsRegular()
		})
	}
	if asFile && file(p) || file(path.Join(p, "index")) {
		return true
	}
	raw, err := fs.ReadFile(l.folder, path.Join(p, "package.json"))
	if err != nil {
		return false
	}
	var about struct{ Main string }
	if json.Unmarshal(raw, &about) != nil || about.Main == "" {
		return false
	}
	main := path.Join(p, about.Main)
	return file(main) || file(path.Join(main, "index"))
}
