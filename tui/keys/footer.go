package keys

import (
	"strings"

	"authdeck/internal/safetext"
	"authdeck/tui/theme"
)

// Footer draws the bindings of one line in at most width cells: whole ones only, in their order. Common chooses those that
// are the same everywhere, else the others.
func Footer(th *theme.Theme, list []Binding, common bool, width int) string {
	var b strings.Builder
	used := 0
	for _, x := range list {
		if !x.Footer || x.Common != common || len(x.Keys) == 0 {
			continue
		}
		n := safetext.Width(x.Keys[0]) + 1 + safetext.Width(x.Label)
		gap := 1
		if used > 0 {
			gap = 2
		}
		if used+gap+n > width {
			break
		}
		used += gap + n
		b.WriteString("  "[:gap])
		if x.Off != "" {
			b.WriteString(th.Dim.Render(x.Keys[0] + " " + x.Label))
			continue
		}
		b.WriteString(th.Key.Render(x.Keys[0]) + " " + th.Text.Render(x.Label))
	}
	return b.String()
}
