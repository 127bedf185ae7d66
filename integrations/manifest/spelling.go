package manifest

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"authdeck/oauthflow"
)

// MisspeltIssuer says that an issuer's metadata is in order, and that the issuer calls itself by the same address with a
// final slash more or less. The address in force is compared byte by byte all the same (rule G2).
type MisspeltIssuer struct {
	ID    string // of the integration
	Item  string // config item that the issuer was typed into, "" if it stands in the page
	Right string // how the issuer spells itself
	Err   error  // of the metadata under the spelling in force
}

func (e *MisspeltIssuer) Error() string { return e.Err.Error() }

// Unwrap returns the error of the metadata, which wraps [oauthflow.ErrMetadata].
func (e *MisspeltIssuer) Unwrap() error { return e.Err }

// RightIssuer returns the three members as an error's reader wants them that knows nothing of manifests.
func (e *MisspeltIssuer) RightIssuer() (integration, item, issuer string) {
	return e.ID, e.Item, e.Right
}

// DiscoverSpelled is [oauthflow.Caller.Discover], asked anew with a final slash more or less where the document is of
// another issuer. The metadata's issuer is the one that was asked for last; the error is that of the first try.
func DiscoverSpelled(ctx context.Context, c *oauthflow.Caller, issuer string) (oauthflow.Metadata, error) {
	m, err := c.Discover(ctx, issuer)
	if !errors.Is(err, oauthflow.ErrMetadata) {
		return m, err
	}
	if other, again := c.Discover(ctx, otherSlash(issuer)); again == nil {
		return other, nil
	}
	return m, err
}

// otherSlash takes the final slash of an address away, or puts one there.
func otherSlash(address string) string {
	if cut, ok := strings.CutSuffix(address, "/"); ok {
		return cut
	}
	return address + "/"
}

var oneItem = regexp.MustCompile(`^\{\{ *([a-z][a-z0-9_]*) *\}\}$`)

// discover reads an issuer's metadata; a failure is a [*MisspeltIssuer] where that is all there is to it.
func (i *integration) discover(ctx context.Context, issuer string) (oauthflow.Metadata, error) {
	m, err := i.c.Discover(ctx, issuer)
	if !errors.Is(err, oauthflow.ErrMetadata) {
		return m, err
	}
	right := otherSlash(issuer)
	if _, again := i.c.Discover(ctx, right); again != nil {
		return m, err
	}
	e := &MisspeltIssuer{ID: i.spec.ID, Right: right, Err: err}
	if item := oneItem.FindStringSubmatch(i.spec.Issuer.Source()); item != nil {
		e.Item = item[1]
	}
	return m, e
}
