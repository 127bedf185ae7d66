package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/keys"
	"authdeck/tui/theme"
)

// Prompt asks for one line of text. Its texts must be safe.
type Prompt struct {
	Theme              *theme.Theme
	Title, Label, Verb string
	Lines              []string // above the field
	Field              *Field
	// Do is called with the text, without blanks around it, once; it closes the dialog itself, or says by Problem what is wrong.
	Do    func(text string) tea.Cmd
	Leave func() tea.Cmd
	// Empty allows an empty text.
	Empty   bool
	problem string
}

// Problem says what is wrong with the text, until it is changed.
func (p *Prompt) Problem(what string) { p.problem = what }

// Init does nothing.
func (p *Prompt) Init() tea.Cmd { return nil }

// Close does nothing.
func (p *Prompt) Close() {}

// Busy is empty.
func (p *Prompt) Busy() string { return "" }

// Keys are the two.
func (p *Prompt) Keys() []keys.Binding {
	return []keys.Binding{
		{ID: "prompt.do", Keys: []string{"enter"}, Label: p.Verb, Help: "takes the text", Footer: true},
		{ID: "prompt.leave", Keys: []string{"esc"}, Label: "cancel", Help: "changes nothing", Footer: true},
	}
}

// Update takes keys and pasted text.
func (p *Prompt) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.PasteMsg:
		p.Field.Paste(safetext.Line(strings.TrimSpace(m.Content), 0))
		p.problem = ""
	case tea.KeyPressMsg:
		switch m.String() {
		case "esc":
			return p.Leave()
		case "enter":
			text := strings.TrimSpace(p.Field.Value())
			if m.IsRepeat || text == "" && !p.Empty {
				return nil
			}
			return p.Do(text)
		}
		if p.Field.Key(m) {
			p.problem = ""
		}
	}
	return nil
}

// View draws the box.
func (p *Prompt) View(width, _ int) string {
	th := p.Theme
	w := max(24, min(66, width-4))
	lines := []string{""}
	for _, l := range p.Lines {
		for _, part := range Wrap(l, w-6) {
			lines = append(lines, "  "+part)
		}
	}
	if len(p.Lines) > 0 {
		lines = append(lines, "")
	}
	label := ""
	if p.Label != "" {
		label = p.Label + "  "
	}
	lines = append(lines, "  "+th.Dim.Render(label)+p.Field.View(th, w-6-Width(label)), "")
	if p.problem != "" {
		for _, l := range Wrap(p.problem, w-8) {
			lines = append(lines, "  "+th.Danger.Render(th.Glyph.Error+" "+l))
		}
	} else {
		lines = append(lines, "  "+th.Key.Render("enter")+" "+p.Verb+"   "+th.Key.Render("esc")+" cancel")
	}
	return strings.Join(Box(th, th.Title.Render(p.Title), "", lines, w, 0), "\n")
}
