package catalogue

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/ui"
)

// A picture stands left of the first lines of the detail: small below the list, else with a cell for two of its pixels. On
// narrower screens than leastWidth the glyph alone stands for it.
const (
	leastWidth   = 60
	smallCells   = integrations.PictureSide / 2 // wide; half as many lines
	largeCells   = integrations.PictureSide
	pictureAfter = 100 * time.Millisecond // that the cursor rests: whoever scrolls through the list starts no decoders
)

// picture is what is known of an integration's icon.
type picture struct {
	pixels  *integrations.Picture // nil: the glyph stands
	problem string                // why
	stale   bool                  // to be asked for again
	drawn   [2]drawing            // large, small
}

// drawing is a picture's lines as a version of the theme draws them.
type drawing struct {
	version int
	lines   []string
}

// pictureMsg is the answer to the asking of that number.
type pictureMsg struct {
	ref
	number  int
	id      string
	picture integrations.Picture
	err     error
}

// asking is for one picture at a time: that of the integration under the cursor.
type asking struct {
	number int
	id     string // "" when nothing is under way
	stop   context.CancelFunc
}

func (a *asking) end() {
	if a.stop != nil {
		a.stop()
	}
	a.id, a.stop = "", nil
}

// askPicture asks for the picture of the integration under the cursor if it can be drawn, and no longer for another's.
func (s *Screen) askPicture() tea.Cmd {
	v := s.selected()
	if v != nil && v.ID == s.asking.id {
		return nil
	}
	s.asking.end()
	if v == nil || !v.HasPicture || v.Broken != "" || !s.env.Theme.Pictures() {
		return nil
	}
	if p := s.pictures[v.ID]; p != nil && !p.stale {
		return nil
	}
	ctx, stop := context.WithCancel(s.ctx)
	s.asking = asking{number: s.asking.number + 1, id: v.ID, stop: stop}
	deck, m := s.env.Deck, pictureMsg{ref: s.ref(), number: s.asking.number, id: v.ID}
	return func() tea.Msg {
		defer stop()
		rest := time.NewTimer(pictureAfter)
		defer rest.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-rest.C:
		}
		m.picture, m.err = deck.Picture(ctx, m.id)
		if ctx.Err() != nil {
			return nil
		}
		return m
	}
}

// takePicture keeps the answer, unless another was asked for meanwhile.
func (s *Screen) takePicture(m pictureMsg) {
	if m.number != s.asking.number || m.id != s.asking.id {
		return
	}
	s.asking.end()
	p := &picture{}
	switch {
	case m.err != nil:
		p.problem = plain(m.err)
	case m.picture != integrations.Picture{}:
		p.pixels = &m.picture
	}
	s.pictures[m.id] = p
}

// forgetPictures has all asked for again; those that are known are drawn until then.
func (s *Screen) forgetPictures() {
	s.asking.end()
	for _, p := range s.pictures {
		p.stale = true
	}
}

// beside is the picture of v as lines, nil if there is none to draw.
func (s *Screen) beside(v *connections.IntegrationView, small bool) []string {
	p, th := s.pictures[v.ID], s.env.Theme
	if p == nil || p.pixels == nil || !v.HasPicture || v.Broken != "" || !th.Pictures() {
		return nil
	}
	d := &p.drawn[0]
	pixels, width := p.pixels[:], integrations.PictureSide
	if small {
		d = &p.drawn[1]
	}
	if d.version != th.Version {
		if small {
			pixels, width = ui.Halve(pixels, width), width/2
		}
		*d = drawing{version: th.Version}
		if ui.Stands(th, pixels) {
			d.lines = ui.HalfBlocks(th, pixels, width)
		}
	}
	return d.lines
}

// The room that the texts of the detail beside the list want: cells next to a picture, or lines below one.
const (
	leastBeside = 26
	leastBelow  = 12
)

// roomFor is the picture of v as there is room for it in the detail beside the list: next to its first lines, else above them.
func (s *Screen) roomFor(v *connections.IntegrationView, width, height int) (picture []string, cells int, above bool) {
	switch {
	case width-1-largeCells >= leastBeside:
		return s.beside(v, false), largeCells, false
	case width-1-smallCells >= leastBeside:
		return s.beside(v, true), smallCells, false
	case height-1-smallCells/2 >= leastBelow:
		picture = s.beside(v, true)
		return picture, smallCells, picture != nil
	}
	return nil, 0, false
}

// put puts a picture of cells left of as many lines as it has; the others move by as much if all is set.
func put(picture []string, cells int, lines []string, all bool) {
	for i := range lines {
		switch {
		case i < len(picture):
			lines[i] = " " + picture[i] + lines[i]
		case all:
			lines[i] = ui.Spaces(1+cells) + lines[i]
		}
	}
}
