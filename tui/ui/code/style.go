package code

import (
	"charm.land/lipgloss/v2"

	"authdeck/tui/theme"
)

// Style is the look of a kind; without colour all but what is wrong look the same.
func Style(th *theme.Theme, k Kind) lipgloss.Style {
	switch k {
	case Name:
		return th.Accent
	case String:
		return th.OK
	case Number, Literal:
		return th.Info
	case Punctuation:
		return th.Dim
	case Error:
		return th.Danger
	case Space:
	}
	return th.Text
}
