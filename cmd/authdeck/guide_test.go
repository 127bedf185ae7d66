package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var (
	flagInTicks = regexp.MustCompile("`(--?[a-zA-Z][a-z-]*)")
	wordOrText  = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
)

// TestGuideFlags: each command line in docs/actions.md is one of a verb that there is, with flags that it has; a flag that is named in
// the text is one of the verbs that the guide is about, and each flag of those is named.
func TestGuideFlags(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/actions.md")
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(os.Stdin, io.Discard, io.Discard, func(string) string { return "" })
	root := a.rootCmd()
	has := func(c *cobra.Command, flag string) bool {
		name := strings.TrimLeft(flag, "-")
		if strings.HasPrefix(flag, "--") {
			return c.Flags().Lookup(name) != nil || c.InheritedFlags().Lookup(name) != nil
		}
		return c.Flags().ShorthandLookup(name) != nil || c.InheritedFlags().ShorthandLookup(name) != nil
	}
	lines := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "    ") || !strings.Contains(line, "authdeck ") {
			continue
		}
		line, _, _ = strings.Cut(line, " # ")
		for part := range strings.FieldsFuncSeq(strings.ReplaceAll(line, "&&", "|"), func(r rune) bool { return r == '|' }) {
			words := wordOrText.FindAllString(part, -1)
			if len(words) == 0 || words[0] != "authdeck" {
				continue
			}
			lines++
			c, rest, err := root.Find(words[1:])
			if err != nil || c == root {
				t.Errorf("%s: %v", line, err)
				continue
			}
			for _, w := range rest {
				if w == "--" {
					break // what follows is another program's
				}
				if strings.HasPrefix(w, "-") && w != "-" && !has(c, w) {
					t.Errorf("%s has no %s: %s", c.CommandPath(), w, line)
				}
			}
		}
	}
	if lines < 20 {
		t.Errorf("%d lines were looked at", lines)
	}
	var verbs []*cobra.Command
	for _, name := range []string{"actions", "run", "request", "exec"} {
		c, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		verbs = append(verbs, c)
		for usage := range strings.SplitSeq(c.LocalNonPersistentFlags().FlagUsages(), "\n") {
			_, long, ok := strings.Cut(usage, "--")
			long, _, _ = strings.Cut(long, " ")
			short := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.SplitN(usage, "--", 2)[0]), ","))
			if ok && !strings.Contains(string(text), "--"+long) && (short == "" || !strings.Contains(string(text), " "+short+" ") && !strings.Contains(string(text), "`"+short)) {
				t.Errorf("the guide says nothing of --%s of %s", long, name)
			}
		}
	}
	for _, m := range flagInTicks.FindAllStringSubmatch(string(text), -1) {
		found := false
		for _, c := range verbs {
			found = found || has(c, m[1])
		}
		if !found {
			t.Errorf("the guide names %s, which no verb of it has", m[1])
		}
	}
}
