package integrations

import (
	"context"
	"fmt"
	"strconv"
)

// clash is an integration whose id is another's already: it is listed with that reason, and does nothing.
type clash struct{ info Info }

func newClash(info, first Info, taken map[string]Integration) clash {
	id := info.ID
	for n := 2; ; n++ {
		if _, is := taken[id]; !is {
			break
		}
		id = info.ID + "-" + strconv.Itoa(n)
	}
	from := first.Origin
	if from == "" {
		from = string(first.Kind)
	}
	why := fmt.Sprintf("the id %s is another integration's (%s); add it under another one: authdeck integrations add FOLDER --name NAME", info.ID, from)
	return clash{Info{ID: id, Name: info.Name, Kind: info.Kind, Origin: info.Origin, Icon: info.Icon, Broken: why}}
}

func (c clash) Info() Info { return c.info }

func (c clash) err() error { return fmt.Errorf("%w: %s", ErrNotConfigured, c.info.Broken) }

func (c clash) ConnectionURL(context.Context, ConnectionURLRequest) (ConnectionURL, error) {
	return ConnectionURL{}, c.err()
}

func (c clash) ExecuteCallback(context.Context, CallbackRequest) (Grant, error) {
	return Grant{}, c.err()
}

func (c clash) RefreshToken(context.Context, RefreshRequest) (Grant, error) { return Grant{}, c.err() }
