package backup

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"authdeck/store"
)

// Options are how a backup is written, and what is in it beside the store.
type Options struct {
	Armor     bool   // as text, a third larger
	Program   string // the version of the program, for whoever looks into a backup
	Manifests []Manifest
}

// Manifest is an integration of the user's own, as the file that it is.
type Manifest struct{ ID, YAML string }

// Contents are what Read finds in a backup.
type Contents struct {
	store.Dump
	Manifests []Manifest
}

// Write writes d to w, sealed to to.
func Write(w io.Writer, d store.Dump, to Recipients, o Options) error {
	if len(to.list) == 0 {
		return errors.New("write the backup: nobody could read it")
	}
	closers := []io.Closer{}
	w = &capped{w: w, left: maxSize}
	if o.Armor {
		a := armor.NewWriter(w)
		w, closers = a, append(closers, a)
	}
	sealed, err := age.Encrypt(w, to.list...)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	err = encode(sealed, d, o)
	if err == nil {
		err = sealed.Close()
	}
	for _, c := range closers {
		if err == nil {
			err = c.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return nil
}

// encode writes d as one JSON object, one record a line.
func encode(w io.Writer, d store.Dump, o Options) error {
	e := encoder{w: bufio.NewWriter(w)}
	e.text(`{"authdeck":"` + magic + `","version":`)
	e.value(version)
	e.text(`,"created":`)
	e.value(date{d.Created})
	e.text(`,"store_id":`)
	e.value(d.StoreID)
	e.text(`,"program":`)
	e.value(o.Program)
	list(&e, "connections", d.Connections, func(c store.Dumped) any { return fromConnection(c) })
	list(&e, "history", d.Events, func(x store.Event) any { return fromEvents([]store.Event{x}, true)[0] })
	list(&e, "settings", d.Settings, func(s store.DumpedSetting) any {
		return setting{Section: text(s.Section), Key: text(s.Key), Value: s.Value, Changed: date{s.Changed}}
	})
	list(&e, "manifests", o.Manifests, func(m Manifest) any { return wireManifest{text(m.ID), text(m.YAML)} })
	e.text("}\n")
	return errors.Join(e.err, e.w.Flush())
}

type encoder struct {
	w   *bufio.Writer
	err error
}

func (e *encoder) text(s string) { _, _ = e.w.WriteString(s) }

func (e *encoder) value(v any) {
	b, err := json.Marshal(v)
	if err == nil && len(b) > maxRecord {
		err = fmt.Errorf("a record is larger than %d MiB", maxRecord>>20)
	}
	if e.err == nil {
		e.err = err
	}
	_, _ = e.w.Write(b)
}

func list[T any](e *encoder, name string, all []T, wire func(T) any) {
	e.text(",\n\"" + name + "\":[")
	for i, v := range all {
		if i > 0 {
			e.text(",")
		}
		e.text("\n")
		e.value(wire(v))
	}
	e.text("]")
}

// capped refuses to write what could not be read again.
type capped struct {
	w    io.Writer
	left int64
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= int64(len(p)); c.left < 0 {
		return 0, ErrTooLarge
	}
	return c.w.Write(p)
}
