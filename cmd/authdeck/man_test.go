package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"authdeck/internal/testserver"
)

// manPages writes the manual and returns it by page.
func manPages(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	a := newApp(os.Stdin, io.Discard, io.Discard, func(string) string { return "" })
	if code := a.execute(t.Context(), []string{"man", dir}); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		pages[strings.TrimSuffix(filepath.Base(f), ".1")] = string(text)
	}
	return pages
}

// TestMan: each command that help lists has a page with its flags, its example and where it stands; hidden ones have none.
func TestMan(t *testing.T) {
	t.Parallel()
	pages := manPages(t)
	a := newApp(os.Stdin, io.Discard, io.Discard, func(string) string { return "" })
	root := a.rootCmd()
	root.InitDefaultCompletionCmd() // as a run does
	all := documented(root)
	if len(pages) != len(all) || len(all) < 20 {
		t.Errorf("%d pages, %d commands", len(pages), len(all))
	}
	plain := strings.NewReplacer(`\-`, "-", `\(aq`, "'", `\&`, "", `\e`, `\`, `\(ga`, "`", `\(ti`, "~", `\(ha`, "^", `\[u2026]`, "…")
	for _, c := range all {
		page := plain.Replace(pages[manName(c)])
		for flag := range strings.SplitSeq(c.LocalFlags().FlagUsages()+c.InheritedFlags().FlagUsages(), "\n") {
			name, usage, _ := strings.Cut(strings.TrimSpace(flag), "   ")
			if !strings.Contains(page, "\n\\fB"+name+"\\fR\n") && name != "" || !strings.Contains(page, strings.TrimSpace(usage)) {
				t.Errorf("%s says nothing of %s", manName(c), name)
			}
		}
		for example := range strings.SplitSeq(c.Example, "\n") {
			if example != "" && !strings.Contains(page, "\n"+strings.TrimPrefix(example, "  ")+"\n") {
				t.Errorf("%s lacks the example %q", manName(c), example)
			}
		}
		for _, section := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT"} {
			if !strings.Contains(page, "\n.SH \""+section+"\"\n") {
				t.Errorf("%s has no %s", manName(c), section)
			}
		}
	}
	for _, hidden := range []string{"authdeck-man", "authdeck-help", "authdeck-doctor"} {
		if _, there := pages[hidden]; there {
			t.Errorf("%s is of a command that help does not list", hidden)
		}
	}
}

// TestMan_GroffReadsIt: not one warning, and text that looks like roff is text.
func TestMan_GroffReadsIt(t *testing.T) {
	t.Parallel()
	groff, err := exec.LookPath("groff")
	if err != nil {
		testserver.Missing(t, "groff (package groff-base)")
	}
	pages := manPages(t)
	p := &page{}
	p.request("TH", `A"B`, "1")
	p.text(".SH not a section\n'nor this \\fB one")
	pages["hostile"] = p.b.String()
	for name, page := range pages {
		cmd := exec.Command(groff, "-man", "-Tutf8", "-ww")
		cmd.Stdin = strings.NewReader(page)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil || stderr.String() != "" {
			t.Errorf("%s: %v\n%s", name, err, &stderr)
		}
		if text := string(out); name == "hostile" && (!strings.Contains(text, ".SH not a section") || !strings.Contains(text, `'nor this \fB one`)) {
			t.Errorf("read as\n%s", text)
		}
	}
}
