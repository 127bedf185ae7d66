package icon

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/fyne-io/oksvg"
)

// sheet is the style sheet of a document: simple selectors (.class, #id, element) and their declarations, in order.
type sheet []rule

type rule struct {
	selector     string
	declarations [][2]string
}

// mostStyle bounds a style sheet: each rule is held against each element.
const mostStyle = 32 << 10

var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

func (s *sheet) add(text string) error {
	if len(text) > mostStyle {
		return errors.New("this SVG has a style sheet of more than 32 KiB")
	}
	for _, part := range strings.Split(comment.ReplaceAllString(text, ""), "}") {
		selectors, body, ok := strings.Cut(part, "{")
		if !ok || strings.HasPrefix(strings.TrimSpace(selectors), "@") {
			continue // what follows @ is never fetched
		}
		for _, one := range strings.Split(selectors, ",") {
			*s = append(*s, rule{strings.TrimSpace(one), declarations(body)})
		}
	}
	if len(*s) > 500 {
		return errors.New("this SVG has more than 500 style rules")
	}
	return nil
}

func declarations(body string) [][2]string {
	var list [][2]string
	for _, d := range strings.Split(body, ";") {
		name, value, ok := strings.Cut(d, ":")
		if ok {
			value, _, _ = strings.Cut(value, "!")
			list = append(list, [2]string{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
		}
	}
	return list
}

// work puts sheet and style attribute into the attributes of the element and of all below it, the strongest last.
func (s sheet) work(e *element) {
	classes := strings.Fields(e.attrs["class"])
	for _, r := range s {
		hit := r.selector == e.name || r.selector == "*" || r.selector == "#"+e.attrs["id"]
		for _, c := range classes {
			hit = hit || r.selector == "."+c
		}
		if hit {
			for _, d := range r.declarations {
				e.attrs[d[0]] = d[1]
			}
		}
	}
	for _, d := range declarations(e.attrs["style"]) {
		e.attrs[d[0]] = d[1]
	}
	delete(e.attrs, "style")
	delete(e.attrs, "class")
	for _, c := range e.children {
		s.work(c)
	}
}

// hidden reports whether the element is not to be seen.
func (e *element) hidden() bool {
	return e.attrs["display"] == "none" || e.attrs["visibility"] == "hidden"
}

// colourWords are those that the library does not know. An icon's current colour is nobody's: grey is seen on black and white.
var colourWords = map[string]string{"currentcolor": "#808080", "transparent": "none", "context-fill": "#808080", "context-stroke": "#808080"}

// paint is a colour as the library takes it; ok is false for one to leave out.
func paint(v string) (text string, ok bool) {
	v = strings.TrimSpace(v)
	if strings.HasPrefix(v, "url(") {
		ref, after, found := strings.Cut(v[4:], ")")
		ref = strings.Trim(strings.TrimSpace(ref), `"'`)
		if !found || !strings.HasPrefix(ref, "#") {
			return paint(strings.TrimSpace(after)) // an address elsewhere: the colour named for its absence
		}
		return "url(" + ref + ")", true
	}
	if word := colourWords[strings.ToLower(v)]; word != "" {
		return word, true
	}
	lower := strings.ToLower(v)
	if body, is := strings.CutPrefix(lower, "rgba("); is {
		if parts := numbers(strings.TrimSuffix(body, ")")); len(parts) == 4 {
			v = "rgb(" + strings.Join(parts[:3], ",") + ")"
		}
	} else if body, is := strings.CutPrefix(lower, "rgb("); is {
		v = "rgb(" + strings.Join(numbers(strings.TrimSuffix(body, ")")), ",") + ")"
	}
	if strings.HasPrefix(v, "#") && (len(v) == 5 || len(v) == 9) { // with alpha
		v = v[:len(v)-len(v)/4]
	}
	if v == "" {
		return "", false
	}
	return v, parses(v)
}

// parses reports whether the library knows the colour. It panics on some that are none.
func parses(v string) (ok bool) {
	defer func() { _ = recover() }()
	_, err := oksvg.ParseSVGColor(v)
	return err == nil
}

func numbers(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '/' || r == '\t' || r == '\n' })
}

// number is a length or a share as a plain number; whole is what 100 % of it is.
func number(v string, whole float64) (text string, ok bool) {
	v = strings.TrimSpace(v)
	share := strings.HasSuffix(v, "%")
	for _, unit := range []string{"%", "px", "pt", "mm", "cm", "em"} {
		v = strings.TrimSuffix(v, unit)
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if share {
		f *= whole / 100
	}
	if err != nil || !(f >= -mostCoordinate && f <= mostCoordinate) {
		return "", false
	}
	return strconv.FormatFloat(f, 'f', -1, 64), true
}

// mostCoordinate is what still fits the library's numbers after scaling.
const mostCoordinate = 100_000
