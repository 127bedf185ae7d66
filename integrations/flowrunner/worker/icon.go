package worker

import (
	"authdeck/integrations/flowrunner/icon"
	"authdeck/integrations/flowrunner/wire"
)

// icon makes the picture of an icon file.
func (w *worker) icon(file []byte) error {
	p, err := icon.Decode(file)
	if err != nil {
		return w.conn.Write(wire.Message{Kind: wire.Failed, Reason: wire.BadIcon, Text: err.Error()})
	}
	pixels := make([]byte, 0, 4*len(p))
	for _, c := range p {
		pixels = append(pixels, c.R, c.G, c.B, c.A)
	}
	return w.conn.Write(wire.Message{Kind: wire.IconRead, Body: pixels})
}
