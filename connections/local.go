package connections

import (
	"context"
	"errors"
	"fmt"

	"authdeck/store"
)

// Rename is local.
func (s *Service) Rename(ctx context.Context, ref, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	c, err := s.find(ctx, ref)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		e := s.event(*c, "rename", "ok", "now %s", name)
		c.Name = name
		return store.Write{Events: []store.Event{e}}, nil
	})
	if errors.Is(err, store.ErrNameTaken) {
		return &Error{
			Kind: KindNameTaken, Message: "there is a connection " + quote(name) + " already",
			Hint: "choose another name, or rename that one first", Err: err,
		}
	}
	return err
}

// Remove forgets the connection here; the provider is not told.
func (s *Service) Remove(ctx context.Context, ref string) error {
	c, err := s.find(ctx, ref)
	if err != nil {
		return err
	}
	w := store.Write{Events: []store.Event{s.event(c, "remove", "ok", "removed here; the provider was not told")}}
	if err := s.o.Store.Delete(ctx, c.ID, w); err != nil {
		return storeError("remove connection", err)
	}
	s.forgetConnection(ctx, c)
	return nil
}

// update changes a record and writes it, again on a record that something else changed meanwhile. The error of change
// ends it.
func (s *Service) update(ctx context.Context, c store.Connection, change func(*store.Connection) (store.Write, error)) (store.Connection, error) {
	const most = 20
	for range most {
		next := c
		w, err := change(&next)
		if err != nil {
			return c, err
		}
		stored, err := s.o.Store.Put(ctx, next, w)
		if err == nil {
			return stored, nil
		}
		if !errors.Is(err, store.ErrStale) {
			return c, storeError("write connection", err)
		}
		if c, err = s.o.Store.Get(ctx, c.ID); err != nil {
			return c, storeError("read connection", err)
		}
	}
	return c, explain(fmt.Errorf("write connection: %w", store.ErrStale))
}
