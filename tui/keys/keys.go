package keys

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Binding is one thing that a key does, in one screen or dialog. A binding that cannot be used now stays visible and says
// why.
type Binding struct {
	ID    string   // stable name, "connection.refresh"; what a rebinding refers to
	Keys  []string // as tea.KeyPressMsg.String has them: "r", "ctrl+r", "enter", "space"
	Label string   // for the footer: "refresh"
	Help  string   // for the help page: "refreshes this connection now"
	Off   string   // why it cannot be used now, "" if it can
	// Footer says that the footer shows it; help shows all.
	Footer bool
	// Common says that it stands with help and quit, which are the same everywhere.
	Common bool
}

// Is reports whether the key is one of the binding's, whether it is off or not.
func (b Binding) Is(k tea.KeyPressMsg) bool { return slices.Contains(b.Keys, k.String()) }

// Names are the keys as help names them: "r", "j, down".
func (b Binding) Names() string { return strings.Join(b.Keys, ", ") }

// Find is the first binding of the key; ok is false if there is none.
func Find(list []Binding, k tea.KeyPressMsg) (b Binding, ok bool) {
	i := slices.IndexFunc(list, func(b Binding) bool { return b.Is(k) })
	if i < 0 {
		return Binding{}, false
	}
	return list[i], true
}
