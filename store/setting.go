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
	vSection // written since records can be dumped without knowing their place
	vChanged // likewise: the wall time of the write
)

// settingKey begins with the section's key, so that a section can be read alone.
func (t *txn) settingKey(section, key string) []byte {
	return append(t.sectionKey(section), t.name("setting", section, key)...)
}

func (t *txn) sectionKey(section string) []byte { return t.name("section", section) }

func (s DumpedSetting) encode() []byte {
	var f fields
	f.text(vKey, s.Key)
	f.text(vValue, string(s.Value))
	f.text(vSection, s.Section)
	f.time(vChanged, s.Changed)
	return f.b
}

func decodeSetting(record string) (DumpedSetting, error) {
	var s DumpedSetting
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case vKey:
			s.Key = r.value
		case vValue:
			s.Value = json.RawMessage(r.value)
		case vSection:
			s.Section = r.value
		case vChanged:
			s.Changed = r.time()
		}
	}
	if r.err != nil {
		return DumpedSetting{}, fmt.Errorf("%w: %w", ErrDamaged, r.err)
	}
	return s, nil
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
		s, err := decodeSetting(record)
		value = s.Value
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
	s := DumpedSetting{Section: section, Key: key, Changed: b.o.Clock.Wall()}
	if v != nil {
		var err error
		if s.Value, err = encodeSetting(v); err != nil {
			return fmt.Errorf("write setting %s/%s: %w", section, key, err)
		}
	}
	err := b.update(ctx, func(t *txn) error {
		if v == nil {
			return t.delete(bSettings, t.settingKey(section, key))
		}
		return t.putSetting(s)
	})
	if err != nil {
		return fmt.Errorf("write setting %s/%s: %w", section, key, err)
	}
	return nil
}

func (t *txn) putSetting(s DumpedSetting) error {
	settings, err := t.bucket(bSettings)
	if err != nil {
		return err
	}
	sequence, err := settings.NextSequence()
	if err != nil {
		return fmt.Errorf("number a setting: %w", err)
	}
	return t.put(bSettings, t.settingKey(s.Section, s.Key), sequence, s.encode())
}

// Settings implements [Store].
func (b *Bolt) Settings(ctx context.Context, section string) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	err := b.view(ctx, func(t *txn) error {
		all = map[string]json.RawMessage{}
		return t.each(bSettings, t.sectionKey(section), func(_ []byte, record string, _ uint64) error {
			s, err := decodeSetting(record)
			all[s.Key] = s.Value
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read settings %s: %w", section, err)
	}
	return all, nil
}
