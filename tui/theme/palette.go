package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// colours are those of one background. Contrast against black or white is at least 4.5:1 for text, 1.6:1 for lines.
type colours struct {
	ok, warn, danger, info, accent, dim, faint, surface color.Color
}

func palette(dark bool) colours {
	if dark {
		return colours{
			ok: lipgloss.Color("#7ee787"), warn: lipgloss.Color("#e3b341"), danger: lipgloss.Color("#ff7b72"),
			info: lipgloss.Color("#79c0ff"), accent: lipgloss.Color("#76d9e6"), dim: lipgloss.Color("#9198a1"),
			faint: lipgloss.Color("#4d5560"), surface: lipgloss.Color("#20303c"),
		}
	}
	return colours{
		ok: lipgloss.Color("#116329"), warn: lipgloss.Color("#7d4e00"), danger: lipgloss.Color("#b3101c"),
		info: lipgloss.Color("#0550ae"), accent: lipgloss.Color("#0b6470"), dim: lipgloss.Color("#59636e"),
		faint: lipgloss.Color("#afb8c1"), surface: lipgloss.Color("#dff3f6"),
	}
}
