package choose

import (
	"strconv"
	"strings"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/ui"
)

// Keys are the bindings in force now.
func (d *Dialog) Keys() []keys.Binding {
	off := ""
	if d.o.TakeText == nil {
		off = "only what is in the list is allowed"
	}
	return []keys.Binding{
		{ID: "choose.take", Keys: []string{"enter"}, Label: "take", Help: "takes the choice under the cursor", Footer: true},
		{ID: "choose.text", Keys: d.env.HandIn(), Label: "take the text", Help: "takes what was typed as it is", Off: off, Footer: d.o.TakeText != nil},
		{ID: "choose.move", Keys: []string{"up", "down"}, Label: "move", Help: "goes through the choices; the end asks for more"},
		{ID: "choose.again", Keys: []string{"ctrl+r"}, Label: "ask again", Help: "asks the provider once more"},
		{ID: "choose.cancel", Keys: []string{"esc"}, Label: "cancel", Help: "takes nothing", Footer: true},
	}
}

// View draws the box.
func (d *Dialog) View(width, height int) string {
	th := d.env.Theme
	w := max(24, min(72, width-4))
	rows := max(3, min(14, height-7))
	lines := []string{" " + th.Key.Render("/") + d.field.View(th, w-5), ""}
	list := d.list(w-2, rows)
	for len(list) < rows {
		list = append(list, "")
	}
	lines = append(lines, list...)
	lines = append(lines, "", " "+d.foot(w-4))
	right := ""
	if len(d.items) > 0 {
		right = strconv.Itoa(len(d.items))
		if d.cursor != "" {
			right += "+"
		}
	}
	return strings.Join(ui.Box(th, th.Title.Render(ui.Fit(d.o.Title, min(ui.Width(d.o.Title), w-14))), th.Dim.Render(right), lines, w, 0), "\n")
}

func (d *Dialog) list(width, rows int) []string {
	th := d.env.Theme
	switch {
	case d.problem != "":
		var lines []string
		for _, l := range ui.Wrap(d.problem, width-6) {
			lines = append(lines, "  "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
		for _, l := range ui.Wrap(d.hint, width-6) {
			lines = append(lines, "    "+th.Dim.Render(l))
		}
		return lines
	case len(d.items) == 0 && d.asking:
		return []string{"  " + th.Dim.Render("asking the provider "+th.Glyph.Ellipsis)}
	case len(d.items) == 0 && d.asked:
		return []string{"  " + th.Dim.Render("nothing matches")}
	}
	return d.table.View(nil, rows, func(i int, selected bool) int {
		k := (i*512+width)*2 + th.Version*1<<40
		if selected {
			k++
		}
		return k
	}, func(i int, selected bool) string { return d.row(d.items[i], selected, width) })
}

// row is a choice: its label, its note, and its value where that is not the label.
func (d *Dialog) row(c connections.Choice, selected bool, width int) string {
	th := d.env.Theme
	label, note, value := safetext.Line(c.Label, 200), safetext.Line(c.Note, 200), safetext.Line(integrations.TextOf(c.Value), 200)
	if label == "" {
		label, value = value, ""
	}
	mark, style := "  ", th.Text
	if selected {
		mark, style = th.Accent.Render(th.Glyph.Cursor)+" ", th.Bold
	}
	side := note
	if value != "" && value != label {
		side = ui.Join(note, value)
	}
	room := width - 4
	right := ui.Fit(side, min(ui.Width(side), room/2))
	return " " + mark + style.Render(ui.FitTheme(th, label, room-ui.Width(right)-1)) + " " + th.Dim.Render(right)
}

func (d *Dialog) foot(width int) string {
	th := d.env.Theme
	switch {
	case d.asking && len(d.items) > 0:
		return th.Dim.Render("asking the provider " + th.Glyph.Ellipsis)
	case d.problem != "":
		return th.Key.Render("ctrl+r") + " again   " + th.Key.Render("esc") + " cancel"
	}
	text := th.Key.Render("enter") + " take   "
	if d.o.TakeText != nil {
		text += th.Key.Render(d.env.HandIn()[0]) + " take the text   "
	}
	return ui.FitTheme(th, text+th.Key.Render("esc")+" cancel", width)
}
