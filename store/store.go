package store

import (
	"context"
	"encoding/json"
)

// Store is where connections are kept. [Bolt] is the one on disk, [Memory] the one for tests in virtual time; both obey
// the same model test. All methods are safe for concurrent use by goroutines; Bolt also by processes.
type Store interface {
	// Get returns the connection with this id, [ErrNotFound] if there is none.
	Get(ctx context.Context, id string) (Connection, error)
	// Find returns the connection with this name (exact), [ErrNotFound] if there is none.
	Find(ctx context.Context, name string) (Connection, error)
	// List returns all summaries, ordered by name.
	List(ctx context.Context) ([]Summary, error)

	// Put writes in one fsynced transaction: c whole (with generation+1), the events, and the clearing of its intent if
	// ClearIntent is set. A Connection of generation 0 is new; otherwise c.Generation must be the stored one, else
	// [ErrStale]. A name that another connection has is [ErrNameTaken]. It returns the connection as stored.
	Put(ctx context.Context, c Connection, w Write) (Connection, error)
	// Delete removes the connection, its intent and its history, and appends w.Events to the store's own history.
	Delete(ctx context.Context, id string, w Write) error

	// Intent returns the intent of a connection, nil if there is none.
	Intent(ctx context.Context, id string) (*Intent, error)
	// SetIntent writes and fsyncs it; nil clears it.
	SetIntent(ctx context.Context, id string, i *Intent) error

	// Append adds events outside a Put; History returns what is kept, oldest first, of one connection (by id) or of all ("").
	Append(ctx context.Context, events ...Event) error
	History(ctx context.Context, id string) ([]Event, error)

	// Setting reads a sealed value by section ("integration", "pending", "ui", …) and key into v; [ErrNotFound] if absent.
	Setting(ctx context.Context, section, key string, v any) error
	// PutSetting seals v (as JSON) there; v nil removes it. Values may hold secrets in plain strings: they are sealed.
	PutSetting(ctx context.Context, section, key string, v any) error
	// Settings returns all of a section by key.
	Settings(ctx context.Context, section string) (map[string]json.RawMessage, error)

	// Lock takes the lock of a connection, waiting until ctx ends; TryLock does not wait and says whether it got it.
	// The lock dies with its process and holds against goroutines of this process as well. Its error on a deadline is a
	// [*HeldError] that names the holder.
	Lock(ctx context.Context, id string) (Unlock, error)
	TryLock(ctx context.Context, id string) (Unlock, bool, error)

	// Watch sends after each write by any process, coalesced (it says that something changed, not what), until ctx ends;
	// then the channel is closed.
	Watch(ctx context.Context) (<-chan struct{}, error)

	// Status describes the store for `store status`.
	Status(ctx context.Context) (Status, error)
}

// Unlock gives a lock back. It is called once; a second call does nothing.
type Unlock func()

// Write is what goes into the same transaction as a Put or Delete.
type Write struct {
	Events      []Event
	ClearIntent bool
}

// Status is what `store status` prints. Sizes are in bytes.
type Status struct {
	Path        string     `json:"path"`
	Format      int        `json:"format"`
	Connections int        `json:"connections"`
	UnlockedBy  SlotKind   `json:"unlocked_by"`
	Slots       []SlotKind `json:"slots"`
	Size        int64      `json:"size"`
	Free        int64      `json:"free"`
	LastCopy    *string    `json:"last_copy"`   // RFC 3339, null if there is none
	LastBackup  *string    `json:"last_backup"` // RFC 3339, null if never
}
