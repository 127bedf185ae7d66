package connections

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// persistLogin is how long the grant of a sign-in is held in memory while the store cannot be written.
const persistLogin = 10 * time.Second

// keep puts the grant of a sign-in on disk, and returns what is to be said about it. It is tried for a while if the store
// cannot be written.
func (l *Login) keep(ctx context.Context, g integrations.Grant) (store.Connection, []string, error) {
	start := l.s.o.Clock.Mono()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		c, notes, err := l.keepOnce(ctx, g)
		var e *Error
		if err == nil || !errors.As(err, &e) || e.Kind != KindStore || l.s.o.Clock.Mono()-start > persistLogin {
			return c, notes, err
		}
		select {
		case <-time.After(pause):
		case <-l.s.life.Done():
			return c, notes, err
		}
	}
}

func (l *Login) keepOnce(ctx context.Context, g integrations.Grant) (store.Connection, []string, error) {
	if l.again == nil {
		return l.keepNew(ctx, g, l.r.Name)
	}
	c, err := l.s.o.Store.Get(ctx, l.again.ID)
	if errors.Is(err, store.ErrNotFound) { // removed meanwhile: a sign-in makes it anew
		return l.keepNew(ctx, g, l.again.Name)
	}
	if err != nil {
		return store.Connection{}, nil, storeError("read connection", err)
	}
	switch sameAccount(c, g.Identity) {
	case accountOther:
		return l.keepOther(ctx, c, g)
	case accountUnknown:
		c, notes, err := l.keepAgain(ctx, c, g)
		return c, append(notes, "the provider did not say who signed in; taken for "+whose(c.Identity)), err
	case accountSame:
	}
	c, notes, err := l.keepAgain(ctx, c, g)
	if l.labelOnly() {
		notes = append(notes, "the service tells of the account by a label only; taken for "+whose(c.Identity))
	}
	return c, notes, err
}

// labelOnly reports whether equal identities may be two accounts: a FlowRunner service gives a text that can be missing, or the
// same for every account (reference/flowrunner.md §3.2).
func (l *Login) labelOnly() bool { return l.info.Kind == integrations.KindFlowRunner }

// notByName refuses to sign in again under a name alone where nothing will tell whether the same account comes back.
func (l *Login) notByName() error {
	c := l.again
	if c == nil || l.r.Connection != "" || !l.labelOnly() {
		return nil
	}
	return &Error{
		Kind:    KindNameTaken,
		Message: fmt.Sprintf("the name %s is that of %s at %s, and that service does not tell for certain who signs in", quote(c.Name), whose(c.Identity), quote(c.Integration)),
		Hint:    "to sign in again in its place: authdeck login " + safetext.Line(c.Name, 60) + "; for another account choose another --name",
	}
}

// keepOther is a sign-in by another account than the connection's: never written over it.
func (l *Login) keepOther(ctx context.Context, c store.Connection, g integrations.Grant) (store.Connection, []string, error) {
	switch {
	case l.r.Connection == "":
		return store.Connection{}, nil, nameTaken(l.r.Name, c, whose(g.Identity.Name))
	case l.r.Name == "" || l.r.Name == c.Name:
		return store.Connection{}, nil, &Error{
			Kind:    KindOtherAccount,
			Message: fmt.Sprintf("%s belongs to %s, but %s signed in; nothing was changed", quote(c.Name), whose(c.Identity), whose(g.Identity.Name)),
			Hint:    "sign in as the right account (the provider's page may have to be signed out first), or keep the other one: authdeck login " + safetext.Line(c.Integration, 60) + " --name NAME",
		}
	}
	return l.keepNew(ctx, g, l.r.Name)
}

// keepAgain renews the grant of a connection in place: id, name, age and history stay.
func (l *Login) keepAgain(ctx context.Context, c store.Connection, g integrations.Grant) (store.Connection, []string, error) {
	var notes []string
	stored, err := l.s.update(ctx, c, func(c *store.Connection) (store.Write, error) {
		notes = l.apply(c, g)
		e := l.s.event(*c, "login", "ok", "signed in again as %s; %s", whose(c.Identity), lifetimeWords(c.Grant))
		return store.Write{ClearIntent: true, Events: []store.Event{e}}, nil
	})
	return stored, notes, err
}

// keepNew makes a connection. A wanted name that is taken is an error; a made one gets a number.
func (l *Login) keepNew(ctx context.Context, g integrations.Grant, wanted string) (store.Connection, []string, error) {
	now := l.s.now()
	id, err := newID(l.s.o.Rand)
	if err != nil {
		return store.Connection{}, nil, explain(err)
	}
	c := store.Connection{ID: id, Integration: l.info.ID, CreatedAt: now}
	notes := l.apply(&c, g)
	if l.again == nil && l.r.Account != "" && c.Identity != "" && !hintFits(l.r.Account, c.Identity) {
		notes = append(notes, fmt.Sprintf("%s was asked for, %s signed in: kept under a name of its own", quote(l.r.Account), whose(c.Identity)))
		wanted = ""
	}
	const most = 1000
	for n := 1; n <= most; n++ {
		c.Name = wanted
		if wanted == "" {
			c.Name = proposedName(l.info.ID, c.Identity, n)
		}
		e := l.s.event(c, "login", "ok", "signed in as %s; %s", whose(c.Identity), lifetimeWords(c.Grant))
		stored, err := l.s.o.Store.Put(ctx, c, store.Write{Events: []store.Event{e}})
		switch {
		case err == nil:
			return stored, notes, nil
		case !errors.Is(err, store.ErrNameTaken):
			return c, nil, storeError("write connection", err)
		case wanted != "":
			other, err := l.s.o.Store.Find(ctx, wanted)
			if err != nil {
				other = store.Connection{Name: wanted}
			}
			return c, nil, nameTaken(wanted, other, whose(c.Identity))
		}
	}
	return c, nil, &Error{Kind: KindNameTaken, Message: "no free name was found", Hint: "give one with --name"}
}

// apply folds the grant of a sign-in into a record, and says what is worth knowing.
func (l *Login) apply(c *store.Connection, g integrations.Grant) (notes []string) {
	before, trouble := c.Grant, c.Health.Trouble
	c.Grant = store.Grant{}
	c.Config = maps.Clone(c.Config)
	received := receivedAt(g, l.s.now())
	applyTokens(c, g, received)
	c.Grant.RefreshToken = g.RefreshToken
	moveRefreshEnd(&c.Grant, g, received, true, true)
	if g.RefreshToken.IsZero() && !before.RefreshToken.IsZero() && trouble != store.TroubleDead && trouble != store.TroubleRevoked {
		c.Grant.RefreshToken, c.Grant.PreviousRefreshToken = before.RefreshToken, before.PreviousRefreshToken
		c.Grant.RefreshExpiresAt, c.Grant.Rotations = before.RefreshExpiresAt, before.Rotations
		c.Grant.RefreshSince, c.Grant.RefreshLimit = before.RefreshSince, before.RefreshLimit
		notes = append(notes, "the provider gave no new refresh token; the earlier one is kept")
	}
	c.ScopesAsked, c.ScopesGranted = l.to.Scopes, g.Scopes
	if g.Scopes == nil { // RFC 6749 §5.1: not said if it is what was asked for
		c.ScopesGranted = l.to.Scopes
	}
	c.Flow, c.Browser = "browser", l.r.Browser
	if l.r.Flow == "paste" {
		c.Flow = "paste"
	}
	return notes
}

// account says what two identities have to do with each other.
type account int

const (
	accountSame account = iota
	accountOther
	accountUnknown
)

// sameAccount compares by the provider's stable id where both have one, else by the name.
func sameAccount(c store.Connection, i integrations.Identity) account {
	switch {
	case c.Subject != "" && i.Subject != "":
		if c.Subject != i.Subject {
			return accountOther
		}
		return accountSame
	case c.Identity == "" && c.Subject == "":
		return accountSame // nobody was known before
	case i.Name == "" || c.Identity == "":
		return accountUnknown
	case strings.EqualFold(c.Identity, i.Name):
		return accountSame
	}
	return accountOther
}

// hintFits reports whether an account answers to a hint: a whole identity, or its part before the @.
func hintFits(hint, identity string) bool {
	if strings.EqualFold(hint, identity) {
		return true
	}
	local, _, found := strings.Cut(identity, "@")
	if !strings.Contains(hint, "@") {
		return found && strings.EqualFold(hint, local) || strings.Contains(strings.ToLower(identity), strings.ToLower(hint))
	}
	return !found // a mail address was asked for and the provider names accounts otherwise
}

func nameTaken(name string, holder store.Connection, wanted string) error {
	return &Error{
		Kind:    KindNameTaken,
		Message: fmt.Sprintf("the name %s is that of %s at %s; %s cannot have it", quote(name), whose(holder.Identity), quote(holder.Integration), wanted),
		Hint:    "choose another --name, or rename the other one: authdeck rename " + safetext.Line(name, 60) + " NEW",
	}
}

// whose is an identity in a sentence.
func whose(identity string) string {
	if identity == "" {
		return "an account without a name"
	}
	return safetext.Line(identity, 80)
}

func newID(r io.Reader) (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return hex.EncodeToString(b), nil
}
