package icon

import (
	"fmt"
	"image/color"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
)

var (
	black = color.NRGBA{A: 255}
	pure  = color.NRGBA{R: 255, A: 255}
	grey  = color.NRGBA{R: 128, G: 128, B: 128, A: 255}
)

// box is a square path from 4,4 to 12,12.
const box = `<path d="M4 4h8v8h-8z"`

// svgs are drawings on a plane of 16 x 16, with the colours that some places have then.
var svgs = map[string]struct {
	text string
	want map[[2]int]color.NRGBA
}{
	"a path":                        {box + `/>`, at(black)},
	"nothing around it":             {box + `/>`, map[[2]int]color.NRGBA{{2, 2}: none, {13, 13}: none}},
	"fill":                          {box + ` fill="#f00"/>`, at(pure)},
	"a colour by name":              {box + ` fill="red"/>`, at(pure)},
	"a colour by share":             {box + ` fill="rgb(100%, 0%, 0%)"/>`, at(pure)},
	"a colour with alpha":           {box + ` fill="rgba(255, 0, 0, 1)"/>`, at(pure)},
	"eight digits":                  {box + ` fill="#ff0000ff"/>`, at(pure)},
	"four digits":                   {box + ` fill="#f00f"/>`, at(pure)},
	"a colour that is none":         {box + ` fill="var(--x)"/>`, at(black)},
	"the current colour":            {box + ` fill="currentColor"/>`, at(grey)},
	"transparent":                   {box + ` fill="transparent"/><path d="M0 0h1v1z"/>`, at(none)},
	"not displayed":                 {box + ` style="display: none"/><path d="M0 0h1v1z"/>`, at(none)},
	"a style beats an attribute":    {box + ` fill="blue" style="fill:#f00; stroke-width: 1px"/>`, at(pure)},
	"a class":                       {`<style>/* x */ .a, .b { fill: red !important }</style>` + box + ` class="x b"/>`, at(pure)},
	"a rule for elements":           {`<style><![CDATA[path{fill:red}]]></style>` + box + `/>`, at(pure)},
	"inherited":                     {`<g fill="red"><g>` + box + `/></g></g>`, at(pure)},
	"opacity":                       {box + ` fill="red" opacity="50%"/>`, at(color.NRGBA{255, 0, 0, 128})},
	"moved":                         {`<g transform="translate(-4,-4) scale(2)">` + `<path d="M4 4h4v4H4z"/></g>`, at(black)},
	"a bad transform":               {box + ` transform="scale(1,2,3) tilt(4)"/>`, at(black)},
	"shares of the plane":           {`<rect width="100%" height="100%" fill="red"/>`, at(pure)},
	"a circle":                      {`<circle cx="8" cy="8" r="6" fill="red"/>`, at(pure)},
	"an ellipse":                    {`<ellipse cx="8" cy="8" rx="6" ry="5" fill="red"/>`, at(pure)},
	"a polygon":                     {`<polygon points="4,4 12 4,12,12 4 1.2e1" fill="red"/>`, at(pure)},
	"a line":                        {`<line x1="0" x2="16" y1="8" y2="8" stroke="red" stroke-width="6"/>`, at(pure)},
	"a stroke, scaled":              {`<g stroke-width=".375"><path transform="scale(16)" d="M0 .5h1" stroke="red"/></g>`, at(pure)},
	"a stroke, of one unit":         {`<path d="M0 8h16" stroke="red"/>`, map[[2]int]color.NRGBA{{8, 7}: {255, 0, 0, 128}, {8, 5}: none}},
	"a stroke":                      {`<path d="M0 8h16" stroke="red" stroke-width="6" fill="none"/>`, at(pure)},
	"a hole, even-odd":              {`<path fill-rule="evenodd" d="M0 0h16v16H0zM4 4h8v8H4z"/>`, map[[2]int]color.NRGBA{{8, 8}: none, {2, 2}: black}},
	"a hole, even-odd, inherited":   {`<g style="fill-rule:evenodd"><path d="M0 0h16v16H0zM4 4h8v8H4z"/></g>`, map[[2]int]color.NRGBA{{8, 8}: none, {2, 2}: black}},
	"no hole":                       {`<path d="M0 0h16v16H0zM4 4h8v8H4z"/>`, at(black)},
	"a hole by direction":           {`<path d="M0 0h16v16H0zM4 4v8h8V4z"/>`, map[[2]int]color.NRGBA{{8, 8}: none, {2, 2}: black}},
	"flags of arcs without blanks":  {`<path d="M2 8a6 6 0 0112 0 6 6 0 01-12 0z"/>`, at(black)},
	"an arc without radius":         {`<path d="M4 4a0 6 0 018 0v8H4z"/>`, at(black)},
	"numbers without blanks":        {`<path d="M4.0.4E1l8-.0.0 8L4 12"/>`, at(black)},
	"a path up to its mistake":      {`<path d="M4 4h8v8h-8z M0 0h16v16 h oops"/>`, at(black)},
	"a gradient after its use":      {`<rect width="16" height="16" fill="url(#g)"/><linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-color="red"/></linearGradient>`, at(pure)},
	"a gradient of another's stops": {`<rect width="16" height="16" fill="url('#h')"/><defs><linearGradient id="g"><stop style="stop-color:red"/><stop offset="1" stop-color="red"/></linearGradient><radialGradient id="h" href="#g"/></defs>`, at(pure)},
	"a gradient without stops":      {`<rect width="16" height="16" fill="url(#g)"/><linearGradient id="g"/>`, at(black)},
	"a gradient that is elsewhere":  {box + ` fill="url(http://127.0.0.1:1/x.svg#g) red"/>`, at(pure)},
	"used":                          {`<defs><rect id="r" width="8" height="8" fill="red"/></defs><use href="#r" x="4" y="4"/>`, at(pure)},
	"what masks do is left out":     {`<clipPath id="c"><rect width="16" height="16" fill="red"/></clipPath><mask><rect width="16" height="16"/></mask>` + box + ` clip-path="url(#c)"/>`, map[[2]int]color.NRGBA{{8, 8}: black, {1, 1}: none}},
	"another namespace":             {`<x:path xmlns:x="urn:x" d="M0 0"/>` + box + `/>`, at(black)},
}

// at is the middle.
func at(c color.NRGBA) map[[2]int]color.NRGBA { return map[[2]int]color.NRGBA{{8, 8}: c} }

func TestDecode_SVG(t *testing.T) {
	for name, c := range svgs {
		t.Run(name, func(t *testing.T) {
			p, err := Decode([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">` + c.text + `</svg>`))
			if err != nil {
				t.Fatal(err)
			}
			for xy, want := range c.want {
				if got := p[xy[1]*integrations.PictureSide+xy[0]]; !near(got, want) {
					t.Errorf("at %v: %v, want %v", xy, got, want)
				}
			}
		})
	}
}

// TestDecode_ViewBox: the plane is scaled in proportion, and needs no viewBox.
func TestDecode_ViewBox(t *testing.T) {
	for head, want := range map[string]map[[2]int]color.NRGBA{
		`viewBox="-8,-8,16,16"`:                        {{8, 8}: none, {4, 4}: black},
		`viewBox="0 0 2000 2000" width="1" height="1"`: {{0, 0}: none},
		`width="8px" height="8"`:                       {{8, 8}: none, {4, 4}: none},
		`viewBox="-8 -8 8 4"`:                          {{8, 8}: black, {8, 1}: none},
	} {
		p, err := Decode([]byte(`<svg ` + head + `><rect x="-8" y="-8" width="8" height="8"/></svg>`))
		if err != nil {
			t.Errorf("%s: %v", head, err)
		}
		for xy, c := range want {
			if got := p[xy[1]*integrations.PictureSide+xy[0]]; got != c {
				t.Errorf("%s: at %v: %v, want %v", head, xy, got, c)
			}
		}
	}
}

type hostileSVG struct{ text, want string } // want "": it is drawn

// hostile are SVGs that mean harm.
func hostile() map[string]hostileSVG {
	wrap := func(s string) string { return `<svg viewBox="0 0 16 16">` + s + `</svg>` }
	return map[string]hostileSVG{
		"entities":                      {`<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>` + wrap("&b;"), "XML entities"},
		"an entity elsewhere":           {`<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + wrap("<title>&a;</title>"), "XML entities"},
		"an entity that is not there":   {wrap("<g>&a;</g>"), "no well-formed XML"},
		"cut off":                       {`<svg viewBox="0 0 1 1"><path d="M0 0`, "no well-formed XML"},
		"wrongly nested":                {wrap("<g><defs></g></defs>"), "no well-formed XML"},
		"a script":                      {wrap(`<script>for(;;);</script><rect width="9" height="9" onload="x()"/>`), ""},
		"an image elsewhere":            {wrap(`<image href="http://127.0.0.1:1/x.png" width="9" height="9"/><use href="http://127.0.0.1:1/x.svg#a"/>`), "nothing that can be drawn"},
		"a file":                        {wrap(`<image href="file:///etc/passwd"/>`), "nothing that can be drawn"},
		"a style sheet elsewhere":       {`<?xml-stylesheet href="http://127.0.0.1:1/x.css"?>` + wrap(`<style>@import url(http://127.0.0.1:1/x.css); rect{fill:url(http://127.0.0.1:1/y)}</style><rect width="9" height="9"/>`), ""},
		"a font":                        {wrap(`<text font-family="x">hello</text>`), "nothing that can be drawn"},
		"use of itself":                 {wrap(`<g id="a"><use href="#a"/></g>`), "repeats too much"},
		"use of itself in defs":         {wrap(`<defs><use id="a" href="#a"/></defs><use href="#a"/>`), "repeats too much"},
		"a pyramid of uses":             {wrap(pyramid(10, 10)), "repeats too much"},
		"many uses of a long path":      {wrap(`<defs><path id="a" d="M0 0` + strings.Repeat("l1 1", 20_000) + `"/></defs>` + strings.Repeat(`<use href="#a"/>`, 500)), "repeats too much"},
		"gradients in a circle":         {wrap(`<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/><rect width="9" height="9" fill="url(#a)"/>`), ""},
		"a huge path":                   {wrap(`<path d="M0 0` + strings.Repeat("l9 9", 60_000) + `"/>`), ""},
		"a path all over the plane":     {wrap(`<path d="M0 0` + strings.Repeat("V-9e4V9e4", 25_000) + `"/>`), "takes too long"},
		"many arcs":                     {wrap(`<path d="M0 0` + strings.Repeat("a9 9 0 11 9 9", 18_000) + `" stroke="red"/>`), "takes too long"},
		"many large shapes":             {wrap(strings.Repeat(`<rect width="16" height="16" stroke="red" fill="url(#a)"/>`, 900) + `<radialGradient id="a" fx=".4">` + strings.Repeat(`<stop offset=".5"/>`, 90) + `</radialGradient>`), "takes too long"},
		"many elements":                 {wrap(strings.Repeat("<g/>", 2000)), "more than 1000 elements"},
		"many elements of no use":       {wrap(strings.Repeat("<x/>", 2000)), "nothing that can be drawn"},
		"many stops":                    {wrap(`<linearGradient>` + strings.Repeat("<stop/>", 300) + `</linearGradient>`), "more than 200 colour stops"},
		"deep":                          {wrap(strings.Repeat("<g>", 100) + strings.Repeat("</g>", 100)), "deeper than 32"},
		"deep where nobody looks":       {wrap(`<x>` + strings.Repeat("<g>", 15_000) + strings.Repeat("</g>", 15_000) + `</x><rect width="9" height="9"/>`), ""},
		"a large style sheet":           {wrap(`<style>` + strings.Repeat(".a{fill:red}", 5000) + `</style>`), "style sheet of more than 32 KiB"},
		"many rules for many":           {wrap(`<style>` + strings.Repeat("*{fill:red}", 490) + `</style>` + strings.Repeat(`<rect class="a b c" width="1" height="1"/>`, 900)), ""},
		"many titles":                   {wrap(strings.Repeat("<title>x</title>", 10_000) + `<rect width="9" height="9"/>`), ""},
		"dashes without end":            {wrap(`<path d="M0 0H90000" stroke="red" stroke-dasharray="0.02" stroke-dashoffset="99999"/>`), ""},
		"numbers that are none":         {wrap(`<rect width="NaN" height="Inf" x="1e999"/><circle r="0x10"/><path d="M1e400 0"/>`), "nothing that can be drawn"},
		"numbers beyond":                {wrap(`<rect width="99999" height="99999" x="-50000" y="-50000" transform="scale(99999) scale(99999) rotate(99999)" stroke-width="99999" stroke="red"/>`), ""},
		"no plane":                      {`<svg><rect width="9" height="9"/></svg>`, "neither a viewBox nor a size"},
		"a plane of nothing":            {`<svg viewBox="0 0 0 0"><rect width="9" height="9"/></svg>`, "neither a viewBox nor a size"},
		"a plane of NaN":                {`<svg viewBox="0 0 NaN 1"><rect width="9" height="9"/></svg>`, "viewBox that cannot be read"},
		"a plane too small":             {`<svg viewBox="0 0 1e-9 1e-9"><rect width="9" height="9"/></svg>`, "too small"},
		"colours that break the parser": {wrap(`<rect width="9" height="9" fill="hsl(1,,)" stroke="rgb(,)"/>`), ""},
	}
}

// pyramid is groups that each use the one below several times.
func pyramid(wide, high int) string {
	s := `<defs><rect id="u0" width="1" height="1"/>`
	for i := 1; i <= high; i++ {
		s += fmt.Sprintf(`<g id="u%d">`, i) + strings.Repeat(fmt.Sprintf(`<use href="#u%d"/>`, i-1), wide) + `</g>`
	}
	return s + fmt.Sprintf(`</defs><use href="#u%d"/>`, high)
}

// TestDecode_HostileSVG: nothing is fetched (there is nobody who could), time stays bounded, and what is refused is refused in
// words that do not quote the file.
func TestDecode_HostileSVG(t *testing.T) {
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Decode([]byte(c.text))
			took := time.Since(start)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
			t.Logf("%v", took)
			if took > hang {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestDecode_Drawing: the parts of a whole one are where they belong.
func TestDecode_Drawing(t *testing.T) {
	p, err := Decode(file(t, "shapes.svg"))
	if err != nil {
		t.Fatal(err)
	}
	frame, bar, dot := color.NRGBA{0x20, 0x40, 0x60, 255}, color.NRGBA{0xf0, 0xc8, 0x28, 255}, color.NRGBA{0xe0, 0x40, 0x40, 255}
	for xy, want := range map[[2]int]color.NRGBA{{1, 8}: frame, {4, 12}: bar, {8, 12}: bar, {12, 12}: dot, {8, 9}: {0x40, 0x90, 255, 255}} {
		if got := p[xy[1]*integrations.PictureSide+xy[0]]; !near(got, want) {
			t.Errorf("at %v: %v, want %v", xy, got, want)
		}
	}
}
