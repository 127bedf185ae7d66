package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Get implements [Store].
func (b *Bolt) Get(ctx context.Context, id string) (Connection, error) {
	var c Connection
	err := b.view(ctx, func(t *txn) (err error) {
		c, err = t.connection(t.connectionKey(id))
		return err
	})
	if err != nil {
		return Connection{}, fmt.Errorf("read connection %s: %w", id, err)
	}
	return c, nil
}

// Find implements [Store].
func (b *Bolt) Find(ctx context.Context, name string) (Connection, error) {
	var c Connection
	err := b.view(ctx, func(t *txn) error {
		names, err := t.bucket(bNames)
		if err != nil {
			return err
		}
		key := names.Get(t.nameKey(name))
		if key == nil {
			if err := t.checkNames(); err != nil {
				return err
			}
			return ErrNotFound
		}
		switch c, err = t.connection(key); {
		case errors.Is(err, ErrNotFound), err == nil && c.Name != name:
			return errIndex()
		}
		return err
	})
	if err != nil {
		return Connection{}, fmt.Errorf("find connection %q: %w", name, err)
	}
	return c, nil
}

// List implements [Store]. It unseals the summaries only; the tokens stay where they are.
func (b *Bolt) List(ctx context.Context) ([]Summary, error) {
	var list []Summary
	err := b.view(ctx, func(t *txn) (err error) {
		list, err = t.list()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	return list, nil
}

// row is a summary before it is decoded: rows are small, so that they sort fast.
type row struct {
	name       string
	from, to   int // in the text of all rows
	generation uint64
	refreshing bool
}

func (t *txn) list() ([]Summary, error) {
	summaries, err := t.bucket(bSummaries)
	if err != nil {
		return nil, err
	}
	refreshing, err := t.refreshing()
	if err != nil {
		return nil, err
	}
	var rows []row
	var plain []byte
	c := summaries.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		from := len(plain)
		var generation uint64
		if plain, generation, err = t.appendOpen(plain, []byte(bSummaries), k, v); err != nil {
			return nil, err
		}
		rows = append(rows, row{from: from, to: len(plain), generation: generation, refreshing: refreshing[string(k)]})
	}
	// All texts of a list share one string: ten thousand connections are a few allocations, not a hundred thousand.
	text := string(plain)
	for i := range rows {
		rows[i].name = nameIn(text[rows[i].from:rows[i].to])
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.name, b.name) })
	list := make([]Summary, len(rows))
	for i, r := range rows {
		if list[i], err = decodeSummary(text[r.from:r.to], r.generation); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		list[i].Refreshing = r.refreshing
	}
	return list, nil
}

// refreshing is the set of record keys that have an intent; usually few.
func (t *txn) refreshing() (map[string]bool, error) {
	intents, err := t.bucket(bIntents)
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	c := intents.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		set[string(k)] = true
	}
	return set, nil
}

func (t *txn) connectionKey(id string) []byte { return t.name("connection", id) }

func (t *txn) nameKey(name string) []byte { return t.name("name", name) }

// connection reads the connection at key, [ErrNotFound] if there is none.
func (t *txn) connection(key []byte) (Connection, error) {
	record, generation, ok, err := t.get(bConnections, key)
	if err != nil {
		return Connection{}, err
	}
	if !ok {
		return Connection{}, t.missing(key)
	}
	c, err := decodeConnection(record, generation)
	if err != nil {
		return Connection{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	history, err := t.bucket(bHistory)
	if err != nil {
		return Connection{}, err
	}
	first, next := eventRange(history, key)
	c.History = int(next - first)
	return c, nil
}

// missing says why there is no connection at key: [ErrNotFound], unless its summary is there.
func (t *txn) missing(key []byte) error {
	summaries, err := t.bucket(bSummaries)
	if err != nil {
		return err
	}
	if summaries.Get(key) != nil {
		return fmt.Errorf("%w: a connection is missing", ErrDamaged)
	}
	return ErrNotFound
}
