package form

import (
	"regexp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/charmbracelet/x/ansi"
)

// line is one line of text.
type line struct {
	base
	field   *field
	edit    editor
	pattern *regexp.Regexp
}

func newLine(x *field) *line {
	l := &line{field: x}
	if x.Pattern != "" && x.Kind == Text {
		if re, err := regexp.Compile(`\A(?:` + x.Pattern + `)\z`); err == nil {
			l.pattern = re
		}
	}
	return l
}

func (l *line) value() string { return strings.TrimSpace(l.edit.text()) }

func (l *line) set(text string) string {
	l.edit.set(text)
	return ""
}

func (l *line) key(k tea.KeyPressMsg) (used, changed bool) { return l.edit.key(k) }

func (l *line) paste(text string) bool {
	l.edit.insert(strings.TrimSpace(text))
	return true
}

func (l *line) check() string {
	if l.pattern != nil && !l.pattern.MatchString(l.value()) {
		return "not in the form that is expected"
	}
	return ""
}

func (l *line) row(p pen) string {
	x := l.field
	pre, post := x.Prefix, x.Suffix
	if ansi.StringWidth(pre)+ansi.StringWidth(post) > p.width-minValue/2 {
		pre, post = "", ""
	}
	var body string
	if len(l.edit.runes) == 0 && x.Kept && !p.on {
		body = p.th.Dim.Render(kept(p.width))
	} else {
		p.width -= ansi.StringWidth(pre) + ansi.StringWidth(post)
		body = l.edit.draw(p, x.Secret)
	}
	if pre != "" {
		body = p.th.Dim.Render(pre) + body
	}
	if post != "" {
		body += p.th.Dim.Render(post)
	}
	return body
}

// kept says that leaving the field empty keeps what is stored.
func kept(width int) string {
	if width < len("kept as it is") {
		return "kept"
	}
	return "kept as it is"
}
