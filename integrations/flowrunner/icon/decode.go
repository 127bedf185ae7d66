package icon

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"authdeck/integrations"
)

// The limits of an icon.
const (
	MostBytes = 256 << 10
	MostSide  = 1024 // pixels, of a PNG, JPEG or WebP; an SVG has no pixels of its own
)

// mostScans bounds the passes of a progressive JPEG: each goes over all blocks, however few bytes it has.
const mostScans = 64

// Decode makes the picture. Its errors are sentences about "it", the icon, without anything of its bytes.
func Decode(data []byte) (p integrations.Picture, err error) {
	defer func() {
		if r := recover(); r != nil { // a decoder met what its author did not think of
			p, err = integrations.Picture{}, errors.New("it cannot be decoded: its decoder failed")
		}
	}()
	switch {
	case len(data) == 0:
		return p, errors.New("it is empty")
	case len(data) > MostBytes:
		return p, fmt.Errorf("it is larger than %d KiB", MostBytes>>10)
	}
	f := formatOf(data)
	if f == nil {
		return p, errors.New("it is none of PNG, JPEG, WebP and SVG")
	}
	if f.name == "SVG" {
		m, err := drawSVG(data)
		if err != nil {
			return p, err
		}
		return shrink(m), nil
	}
	size, err := f.size(data)
	switch {
	case err != nil:
		return p, fmt.Errorf("its %s header is damaged", f.name)
	case size.Width <= 0 || size.Height <= 0:
		return p, fmt.Errorf("this %s has no pixels", f.name)
	case size.Width > MostSide || size.Height > MostSide:
		return p, fmt.Errorf("it has %d x %d pixels: at most %d a side are drawn", size.Width, size.Height, MostSide)
	case f.name == "JPEG" && bytes.Count(data, []byte{0xff, 0xda}) > mostScans:
		return p, fmt.Errorf("this JPEG has more than %d passes", mostScans)
	}
	m, err := f.decode(data)
	if err != nil {
		return p, fmt.Errorf("this %s is damaged or cut off", f.name)
	}
	return shrink(m), nil
}

// format is a kind of file.
type format struct {
	name   string
	magic  string // what it begins with; ? is any byte
	size   func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

// formatOf tells the kind of a file by its first bytes, nil for another kind.
func formatOf(data []byte) *format {
	for _, f := range []format{
		{
			"PNG", "\x89PNG\r\n\x1a\n",
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
		},
		{
			"JPEG", "\xff\xd8\xff",
			func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
		},
		{
			"WebP", "RIFF????WEBPVP8",
			func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
		},
	} {
		if begins(data, f.magic) {
			return &f
		}
	}
	if isSVG(data) {
		return &format{name: "SVG"}
	}
	return nil
}

func begins(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

// isSVG looks for the root element among what may stand before it.
func isSVG(data []byte) bool {
	d := decoderOf(data)
	for range 100 {
		t, err := d.RawToken()
		if err != nil {
			return false
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t.Name.Local == "svg"
		case xml.CharData:
			if len(bytes.TrimSpace(bytes.TrimPrefix(t, []byte("\ufeff")))) > 0 {
				return false
			}
		}
	}
	return false
}

// shrink fits the image into the picture, its sides in proportion.
func shrink(m image.Image) integrations.Picture {
	const side = integrations.PictureSide
	b := m.Bounds()
	w, h := side, side
	if b.Dx() > b.Dy() {
		h = max(1, (b.Dy()*side+b.Dx()/2)/b.Dx())
	} else {
		w = max(1, (b.Dx()*side+b.Dy()/2)/b.Dy())
	}
	small := image.NewRGBA(image.Rect(0, 0, side, side))
	to := image.Rect(0, 0, w, h).Add(image.Pt((side-w)/2, (side-h)/2))
	draw.CatmullRom.Scale(small, to, m, b, draw.Src, nil)
	var p integrations.Picture
	for i := range p {
		c, ok := color.NRGBAModel.Convert(small.RGBAAt(i%side, i/side)).(color.NRGBA)
		if ok && c.A >= 8 { // less is the filter's trace
			p[i] = c
		}
	}
	return p
}
