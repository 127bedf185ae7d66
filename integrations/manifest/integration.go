package manifest

import (
	"io"
	"sync"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

// integration is one page at work. It keeps nothing between calls but metadata and keys of issuers.
type integration struct {
	c    *oauthflow.Caller
	rand io.Reader
	spec *spec
	info integrations.Info
	code Code // runs JavaScript; nil: nobody does

	mu      sync.Mutex
	servers map[string]*server // by issuer
}

// Info describes the integration.
func (i *integration) Info() integrations.Info { return i.info }

func (i *integration) base() *integration { return i }

// What a page can do beside the three operations. Each part holds the integration by name, so that a combination of them
// has every method once.
type (
	revoker      struct{ i *integration }
	introspector struct{ i *integration }
	runner       struct{ i *integration }
	// issuer is what metadata brings: keys for ID tokens, and registration.
	issuer struct{ i *integration }
)

// The combinations, by R evoker, I ntrospector and A ctionRunner.
type (
	withR struct {
		*integration
		revoker
	}
	withI struct {
		*integration
		introspector
	}
	withA struct {
		*integration
		runner
	}
	withRI struct {
		*integration
		revoker
		introspector
	}
	withRA struct {
		*integration
		revoker
		runner
	}
	withIA struct {
		*integration
		introspector
		runner
	}
	withRIA struct {
		*integration
		revoker
		introspector
		runner
	}
)

// assemble returns the integration with the small interfaces that follow from its keys, found by type assertion:
// Revoker from revoke, Introspector from introspect, ActionRunner from actions, IDTokenVerifier and Registrar from issuer.
// What an issuer offers is known only once its metadata was read: so with an issuer there are Revoker and Introspector as
// well, unless the page says none, and they answer "unsupported" where the metadata has no endpoint.
func assemble(i *integration) integrations.Integration {
	s := i.spec
	hasIssuer := s.Issuer != nil
	mask := 0
	if len(s.Revoke) > 0 && s.Revoke[0].None == "" || hasIssuer && len(s.Revoke) == 0 {
		mask |= 1
	}
	if s.Introspect != nil && s.Introspect.None == "" || hasIssuer && s.Introspect == nil {
		mask |= 2
	}
	if len(s.Actions.names) > 0 || s.Service != "" {
		mask |= 4
	}
	r, n, a, m := revoker{i}, introspector{i}, runner{i}, issuer{i}
	if !hasIssuer {
		return [...]integrations.Integration{
			i, withR{i, r}, withI{i, n}, withRI{i, r, n}, withA{i, a}, withRA{i, r, a}, withIA{i, n, a}, withRIA{i, r, n, a},
		}[mask]
	}
	return [...]integrations.Integration{
		struct {
			*integration
			issuer
		}{i, m},
		struct {
			withR
			issuer
		}{withR{i, r}, m},
		struct {
			withI
			issuer
		}{withI{i, n}, m},
		struct {
			withRI
			issuer
		}{withRI{i, r, n}, m},
		struct {
			withA
			issuer
		}{withA{i, a}, m},
		struct {
			withRA
			issuer
		}{withRA{i, r, a}, m},
		struct {
			withIA
			issuer
		}{withIA{i, n, a}, m},
		struct {
			withRIA
			issuer
		}{withRIA{i, r, n, a}, m},
	}[mask]
}
