package icon

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
)

// canvas is the side of the square that an SVG is drawn on, in pixels: four times the picture's.
const canvas = 64

// mostWork bounds the drawing of an SVG, in steps of about ten nanoseconds: a tenth of a second. An icon of a hundred shapes
// takes a tenth of it.
const mostWork = 10_000_000

// errWork is panicked with, for want of another way out of the library's loops.
type errWork struct{}

// rows is how many lines of samples a row of pixels has.
const rows = 4

// scanner fills outlines by either rule; the library's own knows only one. It gives up where it is asked for too much.
type scanner struct {
	onto    *image.RGBA
	source  image.Image
	nonZero bool
	at      fixed.Point26_6
	extent  fixed.Rectangle26_6
	lines   [rows * canvas][]crossing // by line of samples
	left    int                       // of mostWork
}

// crossing is where an outline crosses a line of samples, and whether down (1) or up (-1).
type crossing struct {
	x   float64
	dir int
}

func newScanner(onto *image.RGBA) *scanner {
	s := &scanner{onto: onto, left: mostWork}
	s.Clear()
	return s
}

func (s *scanner) spend(steps int) {
	if s.left -= steps; s.left < 0 {
		panic(errWork{})
	}
}

// Start begins an outline.
func (s *scanner) Start(p fixed.Point26_6) {
	s.spend(2)
	s.at = p
	s.cover(p)
}

// Line goes on with it.
func (s *scanner) Line(p fixed.Point26_6) {
	s.spend(2)
	s.cover(p)
	const unit = 64.0 / rows // of a line of samples, in the library's numbers
	x0, y0, x1, y1, dir := float64(s.at.X)/64, float64(s.at.Y)/unit, float64(p.X)/64, float64(p.Y)/unit, 1
	s.at = p
	if y0 > y1 {
		x0, y0, x1, y1, dir = x1, y1, x0, y0, -1
	}
	// A line of samples lies in the middle of its strip.
	first, end := max(0, math.Ceil(y0-0.5)), min(rows*canvas, math.Ceil(y1-0.5))
	for y := first; y < end; y++ {
		s.spend(2)
		x := x0 + (y+0.5-y0)*(x1-x0)/(y1-y0)
		s.lines[int(y)] = append(s.lines[int(y)], crossing{min(max(x, 0), canvas), dir})
	}
}

func (s *scanner) cover(p fixed.Point26_6) {
	const far = 1 << 24 // beyond, the library's numbers cannot be rounded
	p.X, p.Y = min(max(p.X, -far), far), min(max(p.Y, -far), far)
	e := &s.extent
	e.Min.X, e.Min.Y = min(e.Min.X, p.X), min(e.Min.Y, p.Y)
	e.Max.X, e.Max.Y = max(e.Max.X, p.X), max(e.Max.Y, p.Y)
}

// Draw fills what the outlines enclose.
func (s *scanner) Draw() {
	e := s.extent
	box := image.Rectangle{Min: image.Pt(e.Min.X.Floor(), e.Min.Y.Floor()), Max: image.Pt(e.Max.X.Ceil(), e.Max.Y.Ceil())}
	box = box.Intersect(s.onto.Bounds())
	s.spend(100 + 4*box.Dx()*box.Dy())
	if box.Empty() || s.source == nil {
		return
	}
	mask := image.NewAlpha(box)
	var covered [canvas]float64
	for y := box.Min.Y; y < box.Max.Y; y++ {
		clear(covered[:])
		for _, line := range s.lines[y*rows : (y+1)*rows] {
			s.spend(4 * len(line))
			slices.SortFunc(line, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
			winding := 0
			for i, c := range line {
				if winding += c.dir; i+1 < len(line) && s.inside(winding) {
					s.span(&covered, c.x, line[i+1].x)
				}
			}
		}
		for x := box.Min.X; x < box.Max.X; x++ {
			mask.SetAlpha(x, y, color.Alpha{A: uint8(min(255, covered[x]*255/rows+0.5))})
		}
	}
	draw.DrawMask(s.onto, box, s.source, box.Min, mask, box.Min, draw.Over)
}

func (s *scanner) inside(winding int) bool {
	if s.nonZero {
		return winding != 0
	}
	return winding&1 != 0
}

// span adds the pixels between two places of a line, the outer ones by their share.
func (s *scanner) span(covered *[canvas]float64, from, to float64) {
	first, last := int(from), int(to)
	if first >= canvas || to <= from {
		return
	}
	s.spend((last - first) / 4)
	if first == last {
		covered[first] += to - from
		return
	}
	covered[first] += float64(first+1) - from
	for x := first + 1; x < last; x++ {
		covered[x]++
	}
	if last < canvas {
		covered[last] += to - float64(last)
	}
}

// GetPathExtent is the box around the outlines.
func (s *scanner) GetPathExtent() fixed.Rectangle26_6 { return s.extent }

// SetBounds does nothing: the canvas has its size.
func (s *scanner) SetBounds(int, int) {}

// SetClip does nothing: nothing is clipped but by the canvas.
func (s *scanner) SetClip(image.Rectangle) {}

// SetWinding chooses the rule by which crossing outlines fill.
func (s *scanner) SetWinding(nonZero bool) { s.nonZero = nonZero }

// SetColor sets what fills: a colour or a gradient.
func (s *scanner) SetColor(c any) {
	switch c := c.(type) {
	case color.Color:
		s.source = image.NewUniform(c)
	case rasterx.ColorFunc:
		s.source = gradient{s.onto.Bounds(), c}
	default:
		s.source = nil
	}
}

// Clear forgets the outlines.
func (s *scanner) Clear() {
	for i := range s.lines {
		s.lines[i] = s.lines[i][:0]
	}
	s.extent = fixed.Rectangle26_6{
		Min: fixed.Point26_6{X: math.MaxInt32, Y: math.MaxInt32}, Max: fixed.Point26_6{X: math.MinInt32, Y: math.MinInt32},
	}
}

// gradient is a function of the place as an image.
type gradient struct {
	bounds image.Rectangle
	at     rasterx.ColorFunc
}

func (gradient) ColorModel() color.Model   { return color.RGBAModel }
func (g gradient) Bounds() image.Rectangle { return g.bounds }
func (g gradient) At(x, y int) color.Color { return g.at(x, y) }
