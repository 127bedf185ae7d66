package form

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/ui/code"
)

// jsonArea is an editor of a JSON value.
type jsonArea struct{ *area }

// value is the text without the blanks around it, which mean nothing in JSON.
func (j *jsonArea) value() string { return strings.TrimSpace(j.text()) }

func (j *jsonArea) key(k tea.KeyPressMsg) (used, changed bool) {
	// A closing bracket that begins a line goes back to where its opening one stands.
	if s := k.Text; (s == "}" || s == "]") && j.col >= 2 && strings.TrimSpace(string(j.lines[j.at][:j.col])) == "" {
		if string(j.lines[j.at][j.col-2:j.col]) == "  " {
			j.cut(j.at, j.col-2, j.at, j.col)
		}
	}
	return j.area.key(k)
}

func (j *jsonArea) check() string {
	if j.full {
		return tooLong
	}
	f := code.Check(j.text())
	if f == nil {
		j.fault = 0
		return ""
	}
	j.fault = f.Line
	return "not a JSON value, " + f.String()
}

// seek puts the cursor where the text stops being JSON.
func (j *jsonArea) seek() {
	if f := code.Check(j.text()); f != nil {
		j.at = min(f.Line, len(j.lines)) - 1
		j.col = min(f.Column-1, len(j.lines[j.at]))
	}
}
