package ui

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"

	"authdeck/tui/theme"
)

// HalfBlocks draws a picture, two pixels a cell: lines of width cells for rows of width pixels, from the top. Its pixels have
// alpha, not multiplied in; those that are next to transparent show what lies behind. The theme must have Pictures.
func HalfBlocks(th *theme.Theme, pixels []color.NRGBA, width int) []string {
	back := th.Back()
	var lines []string
	for top := 0; top+2*width <= len(pixels); top += 2 * width {
		var b strings.Builder
		for x := range width {
			b.WriteString(cell(pixels[top+x], pixels[top+width+x], back))
		}
		lines = append(lines, b.String())
	}
	return lines
}

// Stands reports whether any of the picture's pixels can be told from what lies behind: a black mark on a dark terminal cannot.
func Stands(th *theme.Theme, pixels []color.NRGBA) bool {
	back := th.Back()
	for _, c := range pixels {
		if c.A < unseen {
			continue
		}
		r, g, b, _ := onto(c, back).RGBA()
		far := func(v uint32, w uint8) int { return max(int(v>>8), int(w)) - min(int(v>>8), int(w)) }
		if far(r, back.R)+far(g, back.G)+far(b, back.B) >= 3*leastApart {
			return true
		}
	}
	return false
}

// leastApart is how many of 255 steps a channel must differ, in the mean, to be seen.
const leastApart = 32

// unseen is the alpha below which nothing is drawn.
const unseen = 32

func cell(upper, lower, back color.NRGBA) string {
	style := lipgloss.NewStyle()
	switch {
	case upper.A < unseen && lower.A < unseen:
		return " "
	case lower.A < unseen:
		return style.Foreground(onto(upper, back)).Render("▀")
	case upper.A < unseen:
		return style.Foreground(onto(lower, back)).Render("▄")
	}
	return style.Foreground(onto(upper, back)).Background(onto(lower, back)).Render("▀")
}

// onto is the colour that shows through a pixel.
func onto(c, back color.NRGBA) color.Color {
	mix := func(over, under uint8) uint8 {
		return uint8((int(over)*int(c.A) + int(under)*(255-int(c.A)) + 127) / 255)
	}
	return color.NRGBA{R: mix(c.R, back.R), G: mix(c.G, back.G), B: mix(c.B, back.B), A: 255}
}

// Halve makes a picture half as wide and half as high: each pixel is what four were.
func Halve(pixels []color.NRGBA, width int) []color.NRGBA {
	var out []color.NRGBA
	for top := 0; top+2*width <= len(pixels); top += 2 * width {
		for x := 0; x+1 < width; x += 2 {
			var r, g, b, a int
			for _, c := range []color.NRGBA{pixels[top+x], pixels[top+x+1], pixels[top+width+x], pixels[top+width+x+1]} {
				r, g, b, a = r+int(c.R)*int(c.A), g+int(c.G)*int(c.A), b+int(c.B)*int(c.A), a+int(c.A)
			}
			c := color.NRGBA{}
			if a > 0 {
				c = color.NRGBA{R: uint8((r + a/2) / a), G: uint8((g + a/2) / a), B: uint8((b + a/2) / a), A: uint8((a + 2) / 4)}
			}
			out = append(out, c)
		}
	}
	return out
}
