package keys

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/tui/theme"
)

var list = []Binding{
	{ID: "a", Keys: []string{"enter"}, Label: "open", Footer: true},
	{ID: "b", Keys: []string{"r", "ctrl+r"}, Label: "refresh", Footer: true, Off: "no refresh token"},
	{ID: "c", Keys: []string{"e"}, Label: "rename"},
	{ID: "d", Keys: []string{"?"}, Label: "help", Footer: true, Common: true},
}

// TestFooter shows whole bindings only, also those that are off, and keeps the common ones apart.
func TestFooter(t *testing.T) {
	t.Parallel()
	th := theme.New(theme.Options{})
	for _, c := range []struct {
		common bool
		width  int
		want   string
	}{
		{false, 80, " enter open  r refresh"},
		{false, 22, " enter open  r refresh"},
		{false, 21, " enter open"},
		{false, 5, ""},
		{true, 80, " ? help"},
	} {
		if got := ansi.Strip(Footer(th, list, c.common, c.width)); got != c.want {
			t.Errorf("common %v in %d: %q, want %q", c.common, c.width, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if b, ok := Find(list, tea.KeyPressMsg{Code: 'r', Mod: tea.ModCtrl}); !ok || b.ID != "b" {
		t.Errorf("ctrl+r is %+v, %v", b, ok)
	}
	if _, ok := Find(list, tea.KeyPressMsg{Code: 'x', Text: "x"}); ok {
		t.Error("x is bound")
	}
}
