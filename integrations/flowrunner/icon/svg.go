package icon

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// drawSVG draws an SVG on the canvas. The library gets a document of our own making, of elements and values that it knows:
// left to itself it loops, recurses and gives up over values that browsers pass over.
func drawSVG(data []byte) (m *image.RGBA, err error) {
	root, styles, err := parse(data)
	if err != nil {
		return nil, err
	}
	styles.work(root)
	text, err := rewrite(root)
	if err != nil {
		return nil, err
	}
	defer func() {
		switch recover().(type) {
		case nil:
		case errWork:
			m, err = nil, errors.New("this SVG takes too long to draw")
		default:
			m, err = nil, errors.New("this SVG cannot be drawn: the library failed")
		}
	}()
	drawing, err := oksvg.ReadIconStream(bytes.NewReader(text))
	if err != nil {
		return nil, errors.New("this SVG has values that cannot be read")
	}
	if len(drawing.SVGPaths) == 0 {
		return nil, errors.New("this SVG has nothing that can be drawn: no path and no shape")
	}
	box := drawing.ViewBox
	m = image.NewRGBA(image.Rect(0, 0, canvas, canvas))
	scale := scaleOf(box.W, box.H)
	w, h := box.W*scale, box.H*scale
	drawing.Transform = rasterx.Identity.Translate((canvas-w)/2, (canvas-h)/2).Scale(scale, scale).Translate(-box.X, -box.Y)
	dasher := rasterx.NewDasher(canvas, canvas, newScanner(m))
	for _, p := range drawing.SVGPaths {
		p.UseNonZeroWinding, p.DashOffset = p.DashOffset != evenOdd, 0
		p.DrawTransformed(dasher, 1, drawing.Transform)
	}
	return m, nil
}

// scaleOf is how many pixels of the canvas a unit of the plane has.
func scaleOf(w, h float64) float64 { return canvas / max(w, h) }

// rewriter makes the document for the library.
type rewriter struct {
	out    bytes.Buffer
	box    [4]float64
	byID   map[string]*element
	copied int
}

func rewrite(root *element) ([]byte, error) {
	w := &rewriter{byID: map[string]*element{}}
	var err error
	if w.box, err = viewBox(root); err != nil {
		return nil, err
	}
	w.index(root)
	fmt.Fprintf(&w.out, `<svg viewBox="%v %v %v %v">`, w.box[0], w.box[1], w.box[2], w.box[3])
	w.gradients(root)
	if err := w.group(root, pen{width: 1, scale: scaleOf(w.box[2], w.box[3])}); err != nil {
		return nil, err
	}
	w.out.WriteString("</svg>")
	return w.out.Bytes(), nil
}

// viewBox is the part of the plane that is seen.
func viewBox(root *element) (box [4]float64, err error) {
	if parts := numbers(root.attrs["viewBox"]); len(parts) == 4 {
		for i, p := range parts {
			text, ok := number(p, 0)
			if !ok {
				return box, errors.New("this SVG has a viewBox that cannot be read")
			}
			_, _ = fmt.Sscan(text, &box[i])
		}
	} else {
		for i, name := range []string{"width", "height"} {
			if text, ok := number(root.attrs[name], 100); ok {
				_, _ = fmt.Sscan(text, &box[2+i])
			}
		}
	}
	if !(box[2] > 0 && box[3] > 0) {
		return box, errors.New("this SVG has neither a viewBox nor a size")
	}
	if box[2] < 0.1 || box[3] < 0.1 {
		return box, errors.New("this SVG is too small to be drawn")
	}
	return box, nil
}

func (w *rewriter) index(e *element) {
	if id := e.attrs["id"]; id != "" && w.byID[id] == nil {
		w.byID[id] = e
	}
	for _, c := range e.children {
		w.index(c)
	}
}

// gradients writes all of them before what refers to them.
func (w *rewriter) gradients(e *element) {
	if e.name == "linearGradient" || e.name == "radialGradient" {
		w.gradient(e)
		return
	}
	for _, c := range e.children {
		w.gradients(c)
	}
}

func (w *rewriter) gradient(e *element) {
	attrs, stops := maps.Clone(e.attrs), e.children
	for from, n := e, 0; n < 5; n++ { // one may take its stops from another
		next := w.byID[strings.TrimPrefix(from.attrs["href"], "#")]
		if next == nil || !strings.HasSuffix(next.name, "Gradient") {
			break
		}
		for name, v := range next.attrs {
			if _, own := attrs[name]; !own {
				attrs[name] = v
			}
		}
		if len(stops) == 0 {
			stops = next.children
		}
		from = next
	}
	whole := [2]float64{1, 1}
	if attrs["gradientUnits"] == "userSpaceOnUse" {
		whole = [2]float64{w.box[2], w.box[3]}
	}
	w.out.WriteString("<" + e.name)
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		v, ok := attrs[name], false
		switch name {
		case "id", "gradientUnits", "spreadMethod":
			ok = true
		case "x1", "x2", "cx", "fx", "r":
			v, ok = number(v, whole[0])
		case "y1", "y2", "cy", "fy":
			v, ok = number(v, whole[1])
		case "gradientTransform":
			v, _, ok = transform(v)
		}
		if ok {
			w.attr(name, v)
		}
	}
	w.out.WriteString(">")
	for _, s := range stops {
		if s.name != "stop" {
			continue
		}
		w.out.WriteString("<stop")
		if v, ok := number(s.attrs["offset"], 1); ok {
			w.attr("offset", v)
		}
		if v, ok := number(s.attrs["stop-opacity"], 1); ok {
			w.attr("stop-opacity", v)
		}
		v, ok := paint(s.attrs["stop-color"])
		if !ok || v == "none" || strings.HasPrefix(v, "url(") {
			v = "#000"
		}
		w.attr("stop-color", v)
		w.out.WriteString("/>")
	}
	w.out.WriteString("</" + e.name + ">")
}

// pen is what an element takes from those around it: the library does not scale the width of strokes.
type pen struct {
	width float64 // in units of the element
	scale float64 // pixels of the canvas a unit
	uses  int     // <use> elements around it
}

// in is the pen inside of an element.
func (p pen) in(e *element) pen {
	if v, ok := number(e.attrs["stroke-width"], 0); ok {
		_, _ = fmt.Sscan(v, &p.width)
	}
	if _, area, ok := transform(e.attrs["transform"]); ok {
		p.scale *= math.Sqrt(math.Abs(area))
	}
	return p
}

// element writes what is seen of one.
func (w *rewriter) element(e *element, p pen) error {
	if e.hidden() {
		return nil
	}
	switch e.name {
	case "defs", "linearGradient", "radialGradient", "stop":
		return nil
	case "svg", "g", "a", "switch":
		return w.group(e, p)
	case "use":
		return w.use(e, p)
	}
	before := w.out.Len()
	p = p.in(e)
	w.open(e.name, e, shapes[e.name])
	w.attr("stroke-width", strconv.FormatFloat(min(p.width*p.scale, 4*canvas), 'f', 3, 64))
	w.out.WriteString("/>")
	if p.uses > 0 {
		if w.copied += w.out.Len() - before; w.copied > mostCopied {
			return errCopied
		}
	}
	return nil
}

func (w *rewriter) group(e *element, p pen) error {
	w.open("g", e, nil)
	w.out.WriteString(">")
	for _, c := range e.children {
		if err := w.element(c, p.in(e)); err != nil {
			return err
		}
	}
	w.out.WriteString("</g>")
	return nil
}

var errCopied = errors.New("this SVG repeats too much by its <use> elements")

// use writes another element in place of the one that refers to it. What refers to itself ends at the bound.
func (w *rewriter) use(e *element, p pen) error {
	name, here := strings.CutPrefix(e.attrs["href"], "#")
	target := w.byID[name]
	if !here || target == nil {
		return nil // another document is not asked for
	}
	if w.copied += 100; p.uses >= 4 || w.copied > mostCopied {
		return errCopied
	}
	var at [2]string
	for i, name := range []string{"x", "y"} {
		v, ok := number(e.attrs[name], w.box[2+i])
		if !ok {
			v = "0"
		}
		at[i] = v
	}
	w.open("g", e, nil)
	w.out.WriteString(`><g transform="translate(` + at[0] + " " + at[1] + `)">`)
	p = p.in(e)
	p.uses++
	if err := w.element(target, p); err != nil {
		return err
	}
	w.out.WriteString("</g></g>")
	return nil
}

// shapes are the attributes that make each shape: with what 100 % is of, 0 the width, 1 the height, or -1 for text.
var shapes = map[string]map[string]int{
	"path": {"d": -1}, "polyline": {"points": -1}, "polygon": {"points": -1},
	"rect":   {"x": 0, "y": 1, "width": 0, "height": 1, "rx": 0, "ry": 1},
	"circle": {"cx": 0, "cy": 1, "r": 0}, "ellipse": {"cx": 0, "cy": 1, "rx": 0, "ry": 1},
	"line": {"x1": 0, "y1": 1, "x2": 0, "y2": 1},
}

// open begins a tag, with the attributes of its shape and those of style that can be read.
func (w *rewriter) open(as string, e *element, shape map[string]int) {
	w.out.WriteString("<" + as)
	for _, name := range slices.Sorted(maps.Keys(e.attrs)) {
		v, ok := e.attrs[name], false
		if of, is := shape[name]; is {
			if of < 0 {
				v, ok = points(name, v), true
			} else {
				v, ok = number(v, w.box[2+of])
			}
		} else {
			v, ok = style(name, v)
		}
		switch {
		case ok && name == "fill-rule":
			w.attr("stroke-dashoffset", v)
		case ok:
			w.attr(name, v)
		}
	}
}

// evenOdd is the dash offset by which the fill rule travels: the library does not know it, and inherits this as it is to be.
// Dashes are left out: at this size a dashed line is a line.
const evenOdd = 7

// style is a presentation attribute as the library takes it.
func style(name, v string) (string, bool) {
	switch name {
	case "fill", "stroke":
		return paint(v)
	case "opacity", "fill-opacity", "stroke-opacity":
		return number(v, 1)
	case "stroke-miterlimit":
		return number(v, 0)
	case "stroke-linecap", "stroke-linejoin":
		return v, len(v) < 20
	case "fill-rule":
		if v == "evenodd" {
			return strconv.Itoa(evenOdd), true
		}
		return "0", v == "nonzero"
	case "transform":
		text, _, ok := transform(v)
		return text, ok
	}
	return "", false
}

func (w *rewriter) attr(name, value string) {
	w.out.WriteString(" " + name + `="`)
	_ = xml.EscapeText(&w.out, []byte(value)) // a buffer takes all
	w.out.WriteString(`"`)
}

var (
	oneTransform = regexp.MustCompile(`([a-zA-Z]+)\s*\(([^()]*)\)`)
	oneNumber    = regexp.MustCompile(`[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?`)
)

// transform writes a list of them anew, each with the count of numbers that the library wants; area is how many units a unit
// of area becomes.
func transform(v string) (text string, area float64, ok bool) {
	var list []string
	area = 1
	for _, m := range oneTransform.FindAllStringSubmatch(v, 20) {
		var args []string
		var n [6]float64
		for i, a := range oneNumber.FindAllString(m[2], 6) {
			text, ok := number(a, 0)
			if !ok {
				return "", 0, false
			}
			args = append(args, text)
			_, _ = fmt.Sscan(text, &n[i])
		}
		switch want, count := counts[m[1]], len(args); {
		case want == [2]int{}, count != want[0] && count != want[1]:
			return "", 0, false
		case m[1] == "scale":
			if count == 1 {
				args, n[1] = append(args, args[0]), n[0]
			}
			area *= n[0] * n[1]
		case m[1] == "matrix":
			area *= n[0]*n[3] - n[1]*n[2]
		}
		list = append(list, m[1]+"("+strings.Join(args, " ")+")")
	}
	return strings.Join(list, " "), area, len(list) > 0
}

// counts are how many numbers each transform may have.
var counts = map[string][2]int{
	"matrix": {6, 6}, "translate": {1, 2}, "scale": {1, 2}, "rotate": {1, 3}, "skewX": {1, 1}, "skewY": {1, 1},
}
