package lint

import (
	"bytes"
	"testing"
)

func TestCheckIcon(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1a\n"
	for name, c := range map[string]struct{ file, want string }{
		"png":                        {png + "x", "png"},
		"jpeg":                       {"\xff\xd8\xff\xe0x", "jpeg"},
		"webp":                       {"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"},
		"svg":                        {`<svg xmlns="http://www.w3.org/2000/svg"/>`, "svg"},
		"svg behind much":            {"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg>", "svg"},
		"the largest":                {png + string(bytes.Repeat([]byte{0}, MaxIcon-len(png))), "png"},
		"one byte more":              {png + string(bytes.Repeat([]byte{0}, MaxIcon-len(png)+1)), ""},
		"empty":                      {"", ""},
		"a gif":                      {"GIF89a", ""},
		"a riff of another kind":     {"RIFF\x10\x00\x00\x00WAVEfmt ", ""},
		"a page with a picture":      {"<html><svg></svg></html>", ""},
		"a word that only begins so": {"<svgx>", ""},
		"a comment that never ends":  {"<!-- <svg>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := CheckIcon([]byte(c.file))
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}
