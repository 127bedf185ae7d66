package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Status implements [Store].
func (b *Bolt) Status(ctx context.Context) (Status, error) {
	s := Status{Path: b.Path()}
	err := b.unlocked(ctx, measuring, func(t *txn) error {
		h, err := readHeader(t.Tx)
		if err != nil {
			return err
		}
		slots, err := readSlots(t.Tx)
		if err != nil {
			return err
		}
		s.Format, s.UnlockedBy, s.Size = int(h.format), t.kind, t.Size()
		s.Slots = []SlotKind{}
		for _, slot := range slots {
			if !slices.Contains(s.Slots, slot.kind) {
				s.Slots = append(s.Slots, slot.kind)
			}
		}
		summaries, err := t.bucket(bSummaries)
		if err != nil {
			return err
		}
		s.Connections = summaries.Stats().KeyN
		if s.LastBackup, err = t.lastBackup(); err != nil {
			return err
		}
		s.Free = int64(t.DB().Stats().FreePageN) * int64(t.DB().Info().PageSize)
		return nil
	})
	if err != nil {
		return Status{}, fmt.Errorf("describe the store: %w", err)
	}
	s.LastCopy = b.lastCopy()
	return s, nil
}

// lastCopy is the time of the newest copy, RFC 3339, nil if there is none.
func (b *Bolt) lastCopy() *string {
	list, err := Copies(b.dir)
	if err != nil || len(list) == 0 {
		return nil
	}
	at := list[0].Time.Format(time.RFC3339)
	return &at
}
