package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Memory is the store of tests in virtual time: the same rules without a file, a key or another process. Its waits are on
// channels made by its own calls, so in a testing/synctest bubble they count as blocked.
type Memory struct {
	o Options

	mu          sync.Mutex
	connections map[string]Connection
	names       map[string]string
	intents     map[string]Intent
	histories   map[string][]numbered // by connection's id; "" is the store's own
	sequence    uint64
	settings    map[string]map[string]json.RawMessage

	watchers watchers
	locks    lockTable
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty store. Of the options it heeds Clock, Rand and HistoryLimit.
func NewMemory(o Options) *Memory {
	return &Memory{
		o: o.withDefaults(), connections: map[string]Connection{}, names: map[string]string{}, intents: map[string]Intent{},
		histories: map[string][]numbered{}, settings: map[string]map[string]json.RawMessage{},
	}
}

// do runs fn alone; after a write it tells the watchers.
func (m *Memory) do(ctx context.Context, what string, a access, fn func() error) error {
	err := ctx.Err()
	if err == nil {
		m.mu.Lock()
		err = fn()
		m.mu.Unlock()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if a == writing {
		m.watchers.notify()
	}
	return nil
}

// read returns a copy of a connection.
func (m *Memory) read(id string) (Connection, error) {
	c, ok := m.connections[id]
	if !ok {
		return Connection{}, ErrNotFound
	}
	c = normal(c)
	c.History = len(m.histories[id])
	return c, nil
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, id string) (Connection, error) {
	var c Connection
	err := m.do(ctx, "read connection "+id, reading, func() (err error) {
		c, err = m.read(id)
		return err
	})
	return c, err
}

// Find implements [Store].
func (m *Memory) Find(ctx context.Context, name string) (Connection, error) {
	var c Connection
	err := m.do(ctx, fmt.Sprintf("find connection %q", name), reading, func() (err error) {
		id, ok := m.names[name]
		if !ok {
			return ErrNotFound
		}
		c, err = m.read(id)
		return err
	})
	return c, err
}

// List implements [Store].
func (m *Memory) List(ctx context.Context) ([]Summary, error) {
	list := []Summary{}
	err := m.do(ctx, "list connections", reading, func() error {
		for id, c := range m.connections {
			s := normal(c).Summary()
			_, s.Refreshing = m.intents[id]
			list = append(list, s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Summary) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// Put implements [Store].
func (m *Memory) Put(ctx context.Context, c Connection, w Write) (Connection, error) {
	err := m.do(ctx, fmt.Sprintf("store connection %q", c.Name), writing, func() (err error) {
		c, err = m.put(c, w)
		return err
	})
	if err != nil {
		return Connection{}, err
	}
	return c, nil
}

func (m *Memory) put(c Connection, w Write) (Connection, error) {
	before, now := c.Generation, m.o.Clock.Wall()
	c, err := prepare(c, now, m.o.Rand)
	if err != nil {
		return Connection{}, err
	}
	old, there := m.connections[c.ID]
	switch {
	case !there && before > 0:
		return Connection{}, fmt.Errorf("%w: %w", ErrStale, ErrNotFound)
	case there && old.Generation != before:
		return Connection{}, fmt.Errorf("%w: it has generation %d, not %d", ErrStale, old.Generation, before)
	}
	if id, taken := m.names[c.Name]; taken && id != c.ID {
		return Connection{}, ErrNameTaken
	}
	if there {
		delete(m.names, old.Name)
	}
	m.names[c.Name] = c.ID
	m.connections[c.ID] = c
	if w.ClearIntent {
		delete(m.intents, c.ID)
	}
	for _, e := range w.Events {
		m.append(c.ID, e.complete(c, now))
	}
	return m.read(c.ID)
}

func (m *Memory) append(id string, e Event) {
	m.sequence++
	h := append(m.histories[id], numbered{e, m.sequence})
	m.histories[id] = h[max(0, len(h)-m.o.HistoryLimit):]
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, id string, w Write) error {
	return m.do(ctx, "remove connection "+id, writing, func() error {
		c, err := m.read(id)
		if err != nil {
			return err
		}
		delete(m.names, c.Name)
		delete(m.connections, id)
		delete(m.intents, id)
		delete(m.histories, id)
		for _, e := range w.Events {
			m.append("", e.complete(c, m.o.Clock.Wall()))
		}
		return nil
	})
}

// Intent implements [Store].
func (m *Memory) Intent(ctx context.Context, id string) (*Intent, error) {
	var found *Intent
	err := m.do(ctx, "read the intent of connection "+id, reading, func() error {
		if i, ok := m.intents[id]; ok {
			found = &i
		}
		return nil
	})
	return found, err
}

// SetIntent implements [Store].
func (m *Memory) SetIntent(ctx context.Context, id string, i *Intent) error {
	return m.do(ctx, "write the intent of connection "+id, writing, func() error {
		if _, ok := m.connections[id]; !ok {
			return ErrNotFound
		}
		if i == nil {
			delete(m.intents, id)
			return nil
		}
		kept := *i
		kept.Started = kept.Started.Round(0).UTC()
		m.intents[id] = kept
		return nil
	})
}

// Append implements [Store].
func (m *Memory) Append(ctx context.Context, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	return m.do(ctx, "append to the history", writing, func() error {
		for _, e := range events {
			id := e.ID
			if _, ok := m.connections[id]; !ok {
				id = ""
			}
			m.append(id, e.complete(Connection{}, m.o.Clock.Wall()))
		}
		return nil
	})
}

// History implements [Store].
func (m *Memory) History(ctx context.Context, id string) ([]Event, error) {
	var found []numbered
	err := m.do(ctx, "read the history", reading, func() error {
		if id != "" {
			found = slices.Clone(m.histories[id])
			return nil
		}
		for _, h := range m.histories {
			found = append(found, h...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return inOrder(found), nil
}

// Setting implements [Store].
func (m *Memory) Setting(ctx context.Context, section, key string, v any) error {
	return m.do(ctx, fmt.Sprintf("read setting %s/%s", section, key), reading, func() error {
		value, ok := m.settings[section][key]
		if !ok {
			return ErrNotFound
		}
		return json.Unmarshal(value, v)
	})
}

// PutSetting implements [Store].
func (m *Memory) PutSetting(ctx context.Context, section, key string, v any) error {
	return m.do(ctx, fmt.Sprintf("write setting %s/%s", section, key), writing, func() error {
		if v == nil {
			delete(m.settings[section], key)
			return nil
		}
		value, err := encodeSetting(v)
		if err != nil {
			return err
		}
		if m.settings[section] == nil {
			m.settings[section] = map[string]json.RawMessage{}
		}
		m.settings[section][key] = value
		return nil
	})
}

// Settings implements [Store].
func (m *Memory) Settings(ctx context.Context, section string) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	err := m.do(ctx, "read settings "+section, reading, func() error {
		for k, v := range maps.All(m.settings[section]) {
			all[k] = slices.Clone(v)
		}
		return nil
	})
	return all, err
}

// Lock implements [Store].
func (m *Memory) Lock(ctx context.Context, id string) (Unlock, error) { return m.locks.lock(ctx, id) }

// TryLock implements [Store].
func (m *Memory) TryLock(ctx context.Context, id string) (Unlock, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("lock connection: %w", err)
	}
	return m.locks.tryLock(id)
}

// Watch implements [Store].
func (m *Memory) Watch(ctx context.Context) (<-chan struct{}, error) {
	own, out := m.watchers.add(), make(chan struct{}, 1)
	go func() {
		defer close(out)
		defer m.watchers.remove(own)
		for {
			select {
			case <-ctx.Done():
				return
			case <-own:
				wake(out)
			}
		}
	}()
	return out, nil
}

// Status implements [Store].
func (m *Memory) Status(ctx context.Context) (Status, error) {
	s := Status{Format: Format, UnlockedBy: SlotMemory, Slots: []SlotKind{SlotMemory}}
	err := m.do(ctx, "describe the store", reading, func() error {
		s.Connections = len(m.connections)
		return nil
	})
	return s, err
}
