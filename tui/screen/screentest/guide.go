package screentest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authdeck/tui/keys"
)

var inTicks = regexp.MustCompile("`([^`]+)`")

// GuideKeys are the keys that the table at the end of a page of the guide has for one place.
func GuideKeys(t *testing.T, page, place string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.TrimSpace(cells[1]) != place {
			continue
		}
		for _, m := range inTicks.FindAllStringSubmatch(cells[2], -1) {
			list = append(list, m[1])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// AllKeys are the keys of bindings, each once.
func AllKeys(lists ...[]keys.Binding) []string {
	var all []string
	for _, list := range lists {
		for _, b := range list {
			all = append(all, b.Keys...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
