package login

import "authdeck/tui/ui"

// colHelp is the width of the keys' names.
const colHelp = 9

// helpLines are the keys in force, and what each does.
func (d *Dialog) helpLines(inner int) []string {
	th := d.env.Theme
	var lines []string
	for _, b := range d.actions() {
		head := " " + th.Key.Render(ui.Fit(b.Names(), colHelp)) + " "
		for _, part := range ui.Wrap(b.Help, inner-colHelp-3) {
			lines = append(lines, head+part)
			head = ui.Spaces(colHelp + 2)
		}
	}
	return lines
}
