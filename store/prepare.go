package store

import (
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// prepare checks c and fills what the store gives: the id of a new connection, its time, the next generation.
func prepare(c Connection, now time.Time, rand io.Reader) (Connection, error) {
	if c.Generation == 0 && c.ID == "" {
		var id [idSize]byte
		if _, err := io.ReadFull(rand, id[:]); err != nil {
			return Connection{}, fmt.Errorf("make a connection's id: %w", err)
		}
		c.ID = hex.EncodeToString(id[:])
	}
	if err := checkID(c.ID); err != nil {
		return Connection{}, err
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now
	}
	c.Generation++
	return normal(c), nil
}

// checkID refuses what is no id of a connection; ids become file names.
func checkID(id string) error {
	if len(id) != 2*idSize {
		return fmt.Errorf("connection id of %d characters: %w", len(id), ErrNotFound)
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("connection id with character %q: %w", c, ErrNotFound)
		}
	}
	return nil
}

// complete fills in what an event leaves open; c is the connection it is of.
func (e Event) complete(c Connection, now time.Time) Event {
	if e.ID == "" {
		e.ID = c.ID
	}
	if e.Connection == "" {
		e.Connection = c.Name
	}
	if e.Time.IsZero() {
		e.Time = now
	}
	e.Time = e.Time.Round(0).UTC()
	return e
}
