package icon

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// The limits of an SVG.
const (
	mostElements = 1000
	mostDepth    = 32
	mostStops    = 200     // of all gradients
	mostCopied   = 1 << 20 // bytes that its <use> elements repeat
)

// element is a part of an SVG that can be drawn, or that holds such parts. Its attributes have the styles of the document
// worked in.
type element struct {
	name     string
	attrs    map[string]string
	children []*element
}

// known are the elements that are kept; all others are left out with what is in them: script, image, text, filters, masks,
// animations, foreign content.
var known = map[string]bool{
	"svg": true, "g": true, "a": true, "switch": true, "defs": true, "use": true,
	"path": true, "rect": true, "circle": true, "ellipse": true, "line": true, "polyline": true, "polygon": true,
	"linearGradient": true, "radialGradient": true, "stop": true,
}

// errXML is what is said of all that is no XML: the decoder's words quote the file.
var errXML = errors.New("this SVG is no well-formed XML")

// decoderOf reads XML. Attributes that draw are ASCII in every encoding that a file may name, so none is decoded.
func decoderOf(data []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return d
}

// reading is one pass over a document.
type reading struct {
	xml      *xml.Decoder
	elements int
	skipped  int
	stops    int
	sheet    sheet
}

// parse reads the tree of what can be drawn, and the style sheet.
func parse(data []byte) (*element, sheet, error) {
	r := &reading{xml: decoderOf(data)}
	for {
		t, err := r.xml.Token()
		if err != nil {
			return nil, nil, errXML
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				return nil, nil, errors.New("this SVG declares XML entities: they are not read")
			}
		case xml.StartElement:
			root, err := r.element(t, 0)
			return root, r.sheet, err
		}
	}
}

func (r *reading) element(start xml.StartElement, depth int) (*element, error) {
	if r.elements++; r.elements > mostElements {
		return nil, errors.New("this SVG has more than 1000 elements")
	}
	if depth > mostDepth {
		return nil, errors.New("this SVG is nested deeper than 32 elements")
	}
	e := &element{name: start.Name.Local, attrs: map[string]string{}}
	if e.name == "stop" {
		if r.stops++; r.stops > mostStops {
			return nil, errors.New("this SVG has more than 200 colour stops")
		}
	}
	for _, a := range start.Attr {
		e.attrs[a.Name.Local] = strings.TrimSpace(a.Value)
	}
	var text strings.Builder
	for {
		t, err := r.xml.Token()
		if err != nil {
			return nil, errXML
		}
		switch t := t.(type) {
		case xml.CharData:
			if e.name == "style" {
				text.Write(t)
			}
		case xml.EndElement:
			if e.name == "style" {
				return e, r.sheet.add(text.String())
			}
			return e, nil
		case xml.StartElement:
			if t.Name.Local != "style" && !known[t.Name.Local] {
				if err := r.skip(); err != nil {
					return nil, err
				}
				continue
			}
			child, err := r.element(t, depth+1)
			if err != nil {
				return nil, err
			}
			if child.name != "style" {
				e.children = append(e.children, child)
			}
		}
	}
}

// skip passes over the element that was begun; a deep one too: it keeps nothing.
func (r *reading) skip() error {
	for open := 1; open > 0; {
		t, err := r.xml.Token()
		if err != nil {
			return errXML
		}
		switch t.(type) {
		case xml.StartElement:
			if r.skipped++; r.skipped > 20*mostElements {
				return errors.New("this SVG has too many elements")
			}
			open++
		case xml.EndElement:
			open--
		}
	}
	return nil
}
