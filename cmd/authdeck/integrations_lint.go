package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/integrations/flowrunner"
	"authdeck/integrations/flowrunner/lint"
	"authdeck/integrations/manifest"
	"authdeck/internal/safetext"
)

func (a *app) integrationsLintCmd() *cobra.Command {
	return &cobra.Command{
		Use: "lint PATH", Short: "Checks a manifest or a FlowRunner service, each finding with file and line",
		Long: `PATH is a manifest file, the folder of a FlowRunner service, or a folder of such folders and files. Nothing of a
service runs. A finding is an error or a warning, with its rule in brackets and what to do below it; the exit code
is 1 if there is an error, 0 if there are only warnings.`,
		Example: `  authdeck integrations lint ./acme
  authdeck integrations lint ./services --json | jq -r '.[] | "\(.file):\(.line) \(.rule)"'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, looked, err := a.lint(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.linted(found, looked)
		},
	}
}

// lint checks what path names; looked says what that was.
func (a *app) lint(ctx context.Context, path string) (found []lint.Finding, looked string, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, "", usage("%s", err)
	case !info.IsDir():
		found, err := a.lintManifest(ctx, path)
		return found, "1 manifest", err
	}
	services, one := flowrunner.ServicesIn(path)
	var pages []string
	if !one {
		for _, pattern := range []string{"*.yaml", "*.yml"} {
			list, err := filepath.Glob(filepath.Join(escapeGlob(path), pattern))
			if err != nil {
				return nil, "", usage("%s", err)
			}
			pages = append(pages, list...)
		}
	}
	var parts []string
	if len(services) > 0 {
		parts = append(parts, count(len(services), "service"))
		if found, err = a.flowrunnerHost().Lint(ctx, path); err != nil {
			return nil, "", err
		}
	}
	for _, p := range pages {
		list, err := a.lintManifest(ctx, p)
		if err != nil {
			return nil, "", err
		}
		found = append(found, list...)
	}
	if len(pages) > 0 {
		parts = append(parts, count(len(pages), "manifest"))
	}
	if len(parts) == 0 {
		return nil, "", &connections.Error{
			Kind: connections.KindUsage, Message: safetext.Line(path, 200) + " is no FlowRunner service, and holds neither one nor a manifest",
			Hint: "a service is a folder with src/index.js, a manifest is a file of YAML",
		}
	}
	return found, strings.Join(parts, " and "), nil
}

// escapeGlob makes a path a pattern of itself.
func escapeGlob(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

// lintManifest checks a page and the code beside it.
func (a *app) lintManifest(ctx context.Context, path string) ([]lint.Finding, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usage("%s", err)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".js", ".mjs", ".cjs":
		return nil, usage("%s is a file of a service: give the service's folder", safetext.Line(path, 200))
	}
	if info.Size() > maxManifest {
		return nil, usage("%s is larger than 256 KiB", safetext.Line(path, 200))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("%s", err)
	}
	_, err = manifest.Parse(a.caller(), manifest.Page{Name: filepath.Base(path), Kind: integrations.KindManifest, Origin: path, YAML: text})
	var wrong *manifest.Errors
	switch {
	case err == nil:
		return a.lintBeside(ctx, path, text)
	case !errors.As(err, &wrong):
		return nil, err
	}
	var found []lint.Finding
	for _, i := range wrong.Issues {
		found = append(found, lint.Finding{
			File: safetext.Line(path, 0), Line: i.Line, Column: i.Column, Severity: lint.Error, Rule: "manifest", Message: safetext.Line(i.Msg, 400),
			Hint: "`authdeck integrations new` writes a page that is right",
		})
	}
	return found, nil
}

// lintBeside checks what a page leaves to JavaScript.
func (a *app) lintBeside(ctx context.Context, page string, text []byte) (found []lint.Finding, err error) {
	for _, b := range manifest.FilesBeside(text) {
		place := filepath.Join(filepath.Dir(page), filepath.FromSlash(b.Path))
		info, err := statBelow(filepath.Dir(page), b.Path)
		if err != nil || info.IsDir() != (len(b.Methods) == 0) {
			found = append(found, lint.Finding{
				File: safetext.Line(page, 0), Line: b.Line, Severity: lint.Error, Rule: "file-missing",
				Message: "there is no " + safetext.Line(b.Path, 200) + " beside the manifest", Hint: "write it, or correct the path",
			})
			continue
		}
		var list []lint.Finding
		if info.IsDir() {
			list, err = a.flowrunnerHost().Lint(ctx, place)
		} else {
			list, err = a.flowrunnerHost().LintBeside(ctx, filepath.Dir(page), filepath.ToSlash(filepath.Clean(b.Path)), b.Methods)
		}
		if err != nil {
			return found, err
		}
		found = append(found, list...)
	}
	return found, nil
}

// statBelow tells of a file below a folder; what a link leads out of it to is not there.
func statBelow(dir, name string) (os.FileInfo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(filepath.FromSlash(name))
	return info, errors.Join(err, root.Close())
}

// linted prints findings; errors among them are a failure.
func (a *app) linted(found []lint.Finding, looked string) error {
	wrong := 0
	for _, f := range found {
		if f.Severity == lint.Error {
			wrong++
		}
	}
	if a.json {
		if found == nil {
			found = []lint.Finding{}
		}
		if err := a.printJSON(found); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			at := fmt.Sprintf("%s:%d", f.File, f.Line)
			if f.Column > 0 {
				at += fmt.Sprintf(":%d", f.Column)
			}
			a.printf("%s: %s: %s [%s]\n    %s\n", at, f.Severity, f.Message, f.Rule, f.Hint)
		}
	}
	sum := fmt.Sprintf("%s: %s, %s", looked, count(wrong, "error"), count(len(found)-wrong, "warning"))
	if wrong > 0 {
		return &connections.Error{Kind: connections.KindFailed, Message: sum, Hint: "each finding says what to do"}
	}
	a.note("%s", sum)
	return nil
}
