package icon

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"authdeck/integrations"
)

var (
	red   = color.NRGBA{220, 40, 40, 255}
	green = color.NRGBA{40, 180, 60, 255}
	blue  = color.NRGBA{40, 80, 220, 255}
	none  = color.NRGBA{}
	white = color.NRGBA{255, 255, 255, 255}
)

// quarters is an image of four fields: red, green, blue, and the last.
func quarters(w, h int, last color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, [4]color.NRGBA{red, green, blue, last}[x*2/w+y*2/h*2])
		}
	}
	return m
}

func encoded(t testing.TB, m image.Image, as string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	if as == "jpeg" {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 95})
	} else {
		err = png.Encode(&b, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chunk takes one chunk out of a WebP and makes a file of it alone.
func chunk(t testing.TB, webp []byte, id string) []byte {
	t.Helper()
	for at := 12; at+8 <= len(webp); {
		n := int(binary.LittleEndian.Uint32(webp[at+4:]))
		n += n & 1
		if string(webp[at:at+4]) == id {
			body := webp[at : at+8+n]
			head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(body)))
			return append(append(head, "WEBP"...), body...)
		}
		at += 8 + n
	}
	t.Fatalf("there is no chunk %q", id)
	return nil
}

func near(a, b color.NRGBA) bool {
	d := func(x, y uint8) bool { return max(x, y)-min(x, y) < 24 }
	return a == b || d(a.R, b.R) && d(a.G, b.G) && d(a.B, b.B) && d(a.A, b.A)
}

func TestDecode_Formats(t *testing.T) {
	gray := image.NewGray16(image.Rect(0, 0, 40, 40))
	for i := range gray.Pix {
		gray.Pix[i] = 0x80
	}
	paletted := image.NewPaletted(image.Rect(0, 0, 1024, 1024), color.Palette{none, red})
	for i := range paletted.Pix {
		paletted.Pix[i] = 1
	}
	lossy := color.NRGBA{234, 234, 234, 255} // what the browser made of white
	middle := color.NRGBA{128, 128, 128, 255}
	for name, c := range map[string]struct {
		data []byte
		want [4]color.NRGBA // in the middle of the quarters
	}{
		"png":                                    {encoded(t, quarters(64, 64, none), "png"), [4]color.NRGBA{red, green, blue, none}},
		"png of one pixel":                       {encoded(t, quarters(1, 1, none), "png"), [4]color.NRGBA{red, red, red, red}},
		"png of 16 bits, gray":                   {encoded(t, gray, "png"), [4]color.NRGBA{middle, middle, middle, middle}},
		"png as large as may be, with a palette": {encoded(t, paletted, "png"), [4]color.NRGBA{red, red, red, red}},
		"jpeg":                                   {encoded(t, quarters(100, 100, white), "jpeg"), [4]color.NRGBA{red, green, blue, white}},
		"webp, lossy":                            {file(t, "lossy.webp"), [4]color.NRGBA{red, green, blue, lossy}},
		"webp, lossy, alpha":                     {file(t, "alpha.webp"), [4]color.NRGBA{red, green, blue, none}},
		"webp, lossless":                         {file(t, "lossless.webp"), [4]color.NRGBA{red, green, blue, none}},
		"webp, lossless, simple":                 {chunk(t, file(t, "lossless.webp"), "VP8L"), [4]color.NRGBA{red, green, blue, none}},
		"webp, lossy, simple":                    {chunk(t, file(t, "lossy.webp"), "VP8 "), [4]color.NRGBA{red, green, blue, lossy}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Decode(c.data)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				x, y := 4+i%2*8, 4+i/2*8
				if got := p[y*integrations.PictureSide+x]; !near(got, want) {
					t.Errorf("at %d,%d: %v, want %v", x, y, got, want)
				}
			}
		})
	}
}

// TestDecode_Proportion: a wide icon has empty rows above and below, a tall one columns.
func TestDecode_Proportion(t *testing.T) {
	for name, c := range map[string]struct {
		w, h        int
		full, empty [2]int
	}{
		"wide":           {64, 32, [2]int{0, 8}, [2]int{8, 2}},
		"tall":           {32, 64, [2]int{8, 0}, [2]int{2, 8}},
		"as thin as may": {1024, 1, [2]int{0, 7}, [2]int{0, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Decode(encoded(t, quarters(c.w, c.h, green), "png"))
			if err != nil {
				t.Fatal(err)
			}
			at := func(xy [2]int) color.NRGBA { return p[xy[1]*integrations.PictureSide+xy[0]] }
			if at(c.full).A == 0 || at(c.empty).A != 0 {
				t.Errorf("%v where the icon is, %v where it is not", at(c.full), at(c.empty))
			}
		})
	}
}

// pngOf is a PNG whose header tells of a size, and whose data is body.
func pngOf(w, h uint32, body []byte) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	put := func(kind string, data []byte) {
		part := append([]byte(kind), data...)
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		b.Write(part)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(part))
	}
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	put("IHDR", append(head, 8, 6, 0, 0, 0))
	put("IDAT", body)
	put("IEND", nil)
	return b.Bytes()
}

// vp8x is a WebP whose first chunk tells of a canvas.
func vp8x(w, h int) []byte {
	b := append([]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), 0, 0, 0, 0)
	for _, n := range []int{w - 1, h - 1} {
		b = append(b, byte(n), byte(n>>8), byte(n>>16))
	}
	return b
}

// vp8l is a WebP without more than a lossless header.
func vp8l(w, h int) []byte {
	b := []byte("RIFF\x12\x00\x00\x00WEBPVP8L\x05\x00\x00\x00\x2f")
	return append(binary.LittleEndian.AppendUint32(b, uint32(w-1)|uint32(h-1)<<14), 0)
}

// badFiles are icons that are refused, with what is said.
func badFiles(t testing.TB) map[string]struct {
	data []byte
	want string
} {
	good := encoded(t, quarters(64, 64, none), "png")
	photo := encoded(t, quarters(100, 100, white), "jpeg")
	wide := encoded(t, image.NewNRGBA(image.Rect(0, 0, 1025, 4)), "png")
	type row = struct {
		data []byte
		want string
	}
	return map[string]row{
		"empty":                    {nil, "it is empty"},
		"too many bytes":           {append(bytes.Clone(good), make([]byte, MostBytes)...), "it is larger than 256 KiB"},
		"one byte too many":        {make([]byte, MostBytes+1), "it is larger than 256 KiB"},
		"a GIF":                    {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "it is none of PNG, JPEG, WebP and SVG"},
		"a text":                   {[]byte("not a picture <svg/>"), "it is none of PNG, JPEG, WebP and SVG"},
		"a page":                   {[]byte("<!doctype html><html><svg/></html>"), "it is none of PNG, JPEG, WebP and SVG"},
		"one pixel too wide":       {wide, "it has 1025 x 4 pixels: at most 1024 a side are drawn"},
		"a bomb of a PNG":          {pngOf(30000, 30000, []byte("x\x9c")), "it has 30000 x 30000 pixels"},
		"a PNG beyond the format":  {pngOf(1<<31, 1, nil), "its PNG header is damaged"},
		"a PNG of no pixels":       {pngOf(0, 0, nil), "its PNG header is damaged"},
		"a PNG without data":       {pngOf(64, 64, nil), "this PNG is damaged or cut off"},
		"a PNG cut off":            {good[:len(good)/2], "this PNG is damaged or cut off"},
		"a PNG cut in its header":  {good[:20], "its PNG header is damaged"},
		"a JPEG cut off":           {photo[:len(photo)/2], "this JPEG is damaged or cut off"},
		"a JPEG of nothing":        {[]byte("\xff\xd8\xff\xe0"), "its JPEG header is damaged"},
		"a JPEG of many passes":    {append(bytes.Clone(photo), bytes.Repeat([]byte{0xff, 0xda}, 70)...), "this JPEG has more than 64 passes"},
		"a large WebP, lossless":   {vp8l(16384, 16384), "it has 16384 x 16384 pixels"},
		"a large WebP, extended":   {vp8x(1<<14, 1<<14), "it has 16384 x 16384 pixels"},
		"a WebP beyond the format": {vp8x(1<<24, 1<<24), "its WebP header is damaged"},
		"a small WebP canvas around a large image": {
			append(vp8x(16, 16), vp8l(16384, 16384)[12:]...), "this WebP is damaged or cut off",
		},
		"a WebP cut off": {file(t, "lossy.webp")[:600], "this WebP is damaged or cut off"},
	}
}

// hang is what counts as one: how long a file takes is for benchmarks, and a busy machine with the race detector takes ten times that.
const hang = time.Minute

func TestDecode_Refused(t *testing.T) {
	for name, c := range badFiles(t) {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := Decode(c.data)
			if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 4<<20 {
				t.Errorf("%d bytes were allocated for it", after.TotalAlloc-before.TotalAlloc)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || p != (integrations.Picture{}) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if d := time.Since(start); d > hang {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// TestDecode_NamesDoNotCount, nor what stands around: formats are told by their first bytes alone.
func TestDecode_SVGAfterOtherThings(t *testing.T) {
	const drawing = `<svg viewBox="0 0 1 1"><path d="M0 0h1v1H0z"/></svg>`
	for _, before := range []string{"", "\ufeff", " \n", `<?xml version="1.0" encoding="iso-8859-1"?>`, "<!-- <html> -->", `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">`} {
		if p, err := Decode([]byte(before + drawing)); err != nil || p[0] != (color.NRGBA{A: 255}) {
			t.Errorf("after %q: %v, %v", before, err, p[0])
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range badFiles(f) {
		f.Add(c.data)
	}
	for _, c := range svgs {
		f.Add([]byte(c.text))
	}
	for _, c := range hostile() {
		f.Add([]byte(c.text))
	}
	for _, name := range []string{"lossy.webp", "alpha.webp", "lossless.webp", "shapes.svg"} {
		f.Add(file(f, name))
	}
	f.Add(encoded(f, quarters(20, 20, none), "png"))
	f.Add(encoded(f, quarters(20, 20, none), "jpeg"))
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		p, err := Decode(data)
		if d := time.Since(start); d > hang {
			t.Errorf("it took %v", d)
		}
		if err != nil && p != (integrations.Picture{}) {
			t.Error("a picture beside an error")
		}
		if err != nil && len(err.Error()) > 120 {
			t.Errorf("an error with the file in it: %q", err)
		}
	})
}
