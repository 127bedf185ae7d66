package connections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"

	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// register makes a client by RFC 7591, detached from the caller so that it is not made and forgotten. Of several sign-ins
// at once one does it: with two clients, the grants of the one whose settings are written over could not be refreshed.
func (l *Login) register(ctx context.Context, reg integrations.Registrar) error {
	if err := l.s.begin(); err != nil {
		return err
	}
	defer l.s.work.Done()
	waiting, leave := context.WithTimeout(ctx, lockWait)
	defer leave()
	unlock, err := l.s.lock(waiting, registrationLock(l.info.ID), false)
	if err != nil {
		return explain(fmt.Errorf("wait for another sign-in with %s: %w", safetext.Line(l.info.Name, 60), err))
	}
	defer unlock()
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTime)
	defer cancel()
	set, err := l.s.Config(detached, l.info.ID)
	if err != nil {
		return err
	}
	if !set[itemClientID].IsZero() {
		maps.Copy(l.cfg, set)
		return nil
	}
	items, err := reg.Register(detached, l.cfg, redirectURI(l.info.Redirect, l.r.Port))
	if err != nil {
		e := explain(fmt.Errorf("register a client with %s: %w", safetext.Line(l.info.Name, 60), err))
		var x *Error
		if errors.As(e, &x) && x.Kind != KindTransient && misspelt(err) == "" {
			x.Kind, x.Hint = KindConfiguration, "make a client by hand and set it: authdeck integrations set "+safetext.Line(l.info.ID, 60)+" client_id=…"
		}
		return e
	}
	if err := l.s.saveConfig(detached, l.info.ID, items); err != nil {
		return err
	}
	maps.Copy(l.cfg, items)
	return nil
}

// registrationLock names the lock under which a client is registered for an integration: it has the form of a
// connection's id, and is that of none.
func registrationLock(integration string) string {
	sum := sha256.Sum256([]byte("register a client of " + integration))
	return hex.EncodeToString(sum[:16])
}
