package form

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// multi is some of the options, in their order.
type multi struct {
	field   *field
	options []Option // those of the field, and behind them what was typed
	marked  map[int]bool
	open    *menu
}

func newMulti(x *field) *multi {
	return &multi{field: x, options: slices.Clone(x.Options), marked: map[int]bool{}}
}

// asJSON is the value as it stands in an array or an object.
func (o Option) asJSON() string {
	if o.JSON != "" {
		return o.JSON
	}
	return quote(o.Value)
}

func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (m *multi) value() string {
	var list []string
	for i, o := range m.options {
		if m.marked[i] {
			list = append(list, o.asJSON())
		}
	}
	if list == nil {
		return ""
	}
	return "[" + strings.Join(list, ",") + "]"
}

// set takes a JSON array, or one value.
func (m *multi) set(text string) string {
	marked, before := map[int]bool{}, len(m.options)
	for _, e := range elements(text) {
		i := slices.IndexFunc(m.options, func(o Option) bool { return o.asJSON() == e || plain(e) == o.Value })
		if i < 0 {
			i = find(m.options, plain(e)) // its label
		}
		if i < 0 {
			if !m.field.Freeform {
				m.options = m.options[:before]
				return "not one of the choices: " + plain(e)
			}
			i = m.add(plain(e))
		}
		marked[i] = true
	}
	m.marked = marked
	return ""
}

// elements are those of a JSON array as JSON texts; another text is one element.
func elements(text string) []string {
	var raw []json.RawMessage
	if json.Unmarshal([]byte(text), &raw) == nil {
		list := make([]string, len(raw))
		for i, r := range raw {
			list[i] = string(r)
		}
		return list
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return []string{quote(text)}
}

// plain is a JSON value as a person writes it: a string without its quotes.
func plain(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) == nil && strings.HasPrefix(raw, `"`) {
		return s
	}
	return raw
}

func (m *multi) add(text string) int {
	m.options = append(m.options, Option{Value: text})
	return len(m.options) - 1
}

func (m *multi) check() string { return "" }
func (m *multi) leave()        { m.open = nil }

func (m *multi) show() {
	if m.open == nil {
		m.open = newMenu(m.options)
	}
}

func (m *multi) paste(text string) bool {
	m.show()
	m.open.filter.insert(text)
	m.open.search(m.open.filter.text())
	return false
}

func (m *multi) key(k tea.KeyPressMsg) (used, changed bool) {
	s := k.String()
	if m.open == nil {
		switch {
		case s == "space", opens(s):
			m.show()
		case s == "backspace", s == "delete":
			changed = len(m.marked) > 0
			clear(m.marked)
		case k.Text != "":
			m.show()
			m.open.key(k)
		default:
			return false, false
		}
		return true, changed
	}
	switch s {
	case "esc":
		m.open = nil
	case "tab", "shift+tab":
		m.open = nil
		return false, false
	case "space":
		if m.open.at() < 0 {
			return m.open.key(k), false // a blank in what is typed
		}
		return true, m.mark(m.open.at())
	case "enter":
		return m.enter()
	default:
		return m.open.key(k), false
	}
	return true, false
}

// enter takes what was typed, where other text is allowed; marks the choice that a search left; else closes.
func (m *multi) enter() (used, changed bool) {
	text := strings.TrimSpace(m.open.filter.text())
	switch {
	case text == "":
		m.open = nil
		return true, false
	case m.field.Freeform && find(m.options, text) < 0:
		m.marked[m.add(text)] = true
	case m.open.at() < 0:
		return true, false
	default:
		m.mark(m.open.at())
	}
	m.open = newMenu(m.options)
	return true, true
}

func (m *multi) mark(i int) bool {
	if m.marked[i] {
		delete(m.marked, i)
	} else {
		m.marked[i] = true
	}
	return true
}

func (m *multi) row(p pen) string {
	th := p.th
	if m.open != nil {
		return th.Dim.Render("/ ") + m.open.filter.draw(pen{th: th, on: true, width: p.width - 2}, false)
	}
	var names []string
	for i, o := range m.options {
		if m.marked[i] {
			names = append(names, shown(th, o.say()))
		}
	}
	if len(names) == 0 {
		return th.Text.Render(th.Glyph.Dash)
	}
	count := ""
	if len(names) > 1 {
		count = strconv.Itoa(len(names)) + ": "
	}
	style := th.Text
	if p.on {
		style = th.Bold
	}
	return th.Dim.Render(count) + style.Render(short(th, strings.Join(names, ", "), p.width-len(count)))
}

func (m *multi) below(p pen) []string {
	if m.open == nil {
		return nil
	}
	text := strings.TrimSpace(m.open.filter.text())
	var lines []string
	if m.field.Freeform && text != "" && find(m.options, text) < 0 {
		lines = append(lines, "    "+p.th.Dim.Render(short(p.th, "enter adds "+shown(p.th, text), p.width-4)))
		if len(m.open.hits) == 0 {
			return lines
		}
	}
	if len(m.options) == 0 {
		return append(lines, "    "+p.th.Dim.Render(short(p.th, "type, enter adds it", p.width-4)))
	}
	return append(lines, m.open.draw(p, func(i int) string {
		if m.marked[i] {
			return "[x] "
		}
		return "[ ] "
	})...)
}

func (m *multi) keys() string {
	switch {
	case m.open != nil && m.open.filter.text() != "":
		return "space marks, esc ends"
	case m.open != nil:
		return "space marks, enter ends"
	case len(m.options) == 0:
		return "type one, enter adds it"
	}
	return "space opens the list"
}
