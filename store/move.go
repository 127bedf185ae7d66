package store

import (
	"bytes"
	"fmt"
)

// move takes the records of a store from one sealer to another. Since names are HMACs, each record gets a new one.
type move struct {
	t       *txn
	to      *sealer
	keys    map[string][]byte // of connections and of the store's history: old record key → new one
	records int
}

func newMove(t *txn, to *sealer) *move {
	return &move{t: t, to: to, keys: map[string][]byte{string(t.storeHistoryKey()): to.name("store history")}}
}

func (m *move) all() error {
	newNames := map[string][]byte{} // new name key → new connection key
	err := m.bucket(bConnections, func(key []byte, record string) ([]byte, string, error) {
		c, err := decodeConnection(record, 0)
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if !bytes.Equal(m.t.connectionKey(c.ID), key) {
			return nil, "", fmt.Errorf("%w: a connection stands in another's place", ErrDamaged)
		}
		to := m.to.name("connection", c.ID)
		m.keys[string(key)] = to
		newNames[string(m.to.name("name", c.Name))] = to
		return to, record, nil
	})
	if err != nil {
		return err
	}
	if err := m.names(newNames); err != nil {
		return err
	}
	same := func(key []byte, record string) ([]byte, string, error) { return m.moved(key, nil, record) }
	for _, name := range []string{bSummaries, bIntents} {
		if err := m.bucket(name, same); err != nil {
			return err
		}
	}
	err = m.bucket(bHistory, func(key []byte, record string) ([]byte, string, error) {
		if len(key) != eventKeySize {
			return nil, "", fmt.Errorf("%w: an event's key has another size", ErrDamaged)
		}
		return m.moved(key[:nameSize], key[nameSize:], record)
	})
	if err != nil {
		return err
	}
	return m.bucket(bSettings, m.setting)
}

// moved is the new record key of what belongs to a connection.
func (m *move) moved(key, rest []byte, record string) ([]byte, string, error) {
	to, ok := m.keys[string(key)]
	if !ok {
		return nil, "", fmt.Errorf("%w: a record belongs to no connection", ErrDamaged)
	}
	return append(bytes.Clone(to), rest...), record, nil
}

// setting finds the section of a setting: in its record, or in format 1, whose records did not hold it, by trying those that
// there were.
func (m *move) setting(key []byte, record string) ([]byte, string, error) {
	s, err := decodeSetting(record)
	if err != nil {
		return nil, "", err
	}
	sections := []string{s.Section}
	if s.Section == "" {
		sections = sectionsOfFormat1
	}
	for _, section := range sections {
		if !bytes.Equal(m.t.settingKey(section, s.Key), key) {
			continue
		}
		if s.Section == "" {
			record += sectionField(section)
		}
		return append(m.to.name("section", section), m.to.name("setting", section, s.Key)...), record, nil
	}
	return nil, "", fmt.Errorf("%w: a setting stands in another's place", ErrDamaged)
}

// names writes the index of names anew.
func (m *move) names(list map[string][]byte) error {
	b, err := m.t.bucket(bNames)
	if err != nil {
		return err
	}
	var old [][]byte
	if err := b.ForEach(func(k, _ []byte) error { old = append(old, bytes.Clone(k)); return nil }); err != nil {
		return fmt.Errorf("read the index of names: %w", err)
	}
	if len(old) != len(list) {
		return fmt.Errorf("%w: its index of names is", ErrDamaged)
	}
	for _, k := range old {
		if err := b.Delete(k); err != nil {
			return fmt.Errorf("write the index of names: %w", err)
		}
	}
	for k, v := range list {
		if err := b.Put([]byte(k), v); err != nil {
			return fmt.Errorf("write the index of names: %w", err)
		}
	}
	return nil
}

// bucket moves all records of one bucket; place gives a record its new key.
func (m *move) bucket(name string, place func(key []byte, record string) ([]byte, string, error)) error {
	b, err := m.t.bucket(name)
	if err != nil {
		return err
	}
	type item struct{ old, key, value []byte }
	var items []item
	err = b.ForEach(func(k, v []byte) error {
		record, generation, err := m.t.open([]byte(name), k, v)
		if err != nil {
			return err
		}
		to, record, err := place(k, record)
		if err != nil {
			return err
		}
		value, err := m.to.seal([]byte(name), to, generation, []byte(record))
		if err != nil {
			return err
		}
		items = append(items, item{bytes.Clone(k), to, value})
		return nil
	})
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := b.Delete(i.old); err != nil {
			return fmt.Errorf("move a %s record: %w", name, err)
		}
	}
	for _, i := range items {
		if err := b.Put(i.key, i.value); err != nil {
			return fmt.Errorf("move a %s record: %w", name, err)
		}
	}
	m.records += len(items)
	return nil
}
