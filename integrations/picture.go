package integrations

import (
	"context"
	"image/color"
)

// PictureSide is the width and the height of a [Picture], in pixels.
const PictureSide = 16

// Picture is an icon as small as a terminal draws it: rows from the top, each from the left. Alpha is not multiplied in. The
// zero value is wholly transparent.
type Picture [PictureSide * PictureSide]color.NRGBA

// Pictured has an icon of its own beside the glyph of its [Info].
type Pictured interface {
	// HasPicture reports whether there may be one. No I/O.
	HasPicture() bool
	// Picture reads it. An error says in words why it cannot be drawn; the glyph stands then.
	Picture(ctx context.Context) (Picture, error)
}
