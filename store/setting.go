package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"authdeck/internal/secret"
)

// The fields of a setting.
const (
	vKey uint64 = iota + 1
	vValue
)

// settingKey begins with the section's key, so that a section can be read alone.
func (t *txn) settingKey(section, key string) []byte {
	return append(t.sectionKey(section), t.name("setting", section, key)...)
}

func (t *txn) sectionKey(section string) []byte { return t.name("section", section) }

func decodeSetting(record string) (key string, value json.RawMessage, err error) {
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case vKey:
			key = r.value
		case vValue:
			value = json.RawMessage(r.value)
		}
	}
	if r.err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrDamaged, r.err)
	}
	return key, value, nil
}

// encodeSetting makes the JSON of a value and refuses one that holds a masked secret, which would be kept as dots.
func encodeSetting(v any) (json.RawMessage, error) {
	value, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(value, []byte(secret.Mask)) {
		return nil, errors.New("the value holds a masked secret; settings take secrets as plain strings")
	}
	return value, nil
}

// Setting implements [Store].
func (b *Bolt) Setting(ctx context.Context, section, key string, v any) error {
	var value json.RawMessage
	err := b.view(ctx, func(t *txn) error {
		record, _, ok, err := t.get(bSettings, t.settingKey(section, key))
		if err != nil {
			return err
		}
		if !ok {
			return ErrNotFound
		}
		_, value, err = decodeSetting(record)
		return err
	})
	if err == nil {
		err = json.Unmarshal(value, v)
	}
	if err != nil {
		return fmt.Errorf("read setting %s/%s: %w", section, key, err)
	}
	return nil
}

// PutSetting implements [Store]. A value that holds a [secret.String] is refused: it would be kept as dots.
func (b *Bolt) PutSetting(ctx context.Context, section, key string, v any) error {
	var f fields
	if v != nil {
		value, err := encodeSetting(v)
		if err != nil {
			return fmt.Errorf("write setting %s/%s: %w", section, key, err)
		}
		f.text(vKey, key)
		f.text(vValue, string(value))
	}
	err := b.update(ctx, func(t *txn) error {
		place := t.settingKey(section, key)
		if v == nil {
			return t.delete(bSettings, place)
		}
		settings, err := t.bucket(bSettings)
		if err != nil {
			return err
		}
		sequence, err := settings.NextSequence()
		if err != nil {
			return fmt.Errorf("number a setting: %w", err)
		}
		return t.put(bSettings, place, sequence, f.b)
	})
	if err != nil {
		return fmt.Errorf("write setting %s/%s: %w", section, key, err)
	}
	return nil
}

// Settings implements [Store].
func (b *Bolt) Settings(ctx context.Context, section string) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	err := b.view(ctx, func(t *txn) error {
		all = map[string]json.RawMessage{}
		settings, err := t.bucket(bSettings)
		if err != nil {
			return err
		}
		prefix := t.sectionKey(section)
		c := settings.Cursor()
		for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			record, _, err := t.open([]byte(bSettings), k, v)
			if err != nil {
				return err
			}
			key, value, err := decodeSetting(record)
			if err != nil {
				return err
			}
			all[key] = value
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read settings %s: %w", section, err)
	}
	return all, nil
}
