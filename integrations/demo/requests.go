package demo

import (
	"context"
	"errors"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var (
	errNoRequest = errors.New("no such sign-in, or it has ended")
	errCodeSpent = errors.New("the code was exchanged before")
)

// CreateAuthRequest implements op.Storage; subject is the one of an id_token_hint.
func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, subject string) (op.AuthRequest, error) {
	id, err := s.id()
	if err != nil {
		return nil, err
	}
	req := newAuthRequest(r, subject)
	req.id, req.created = id, s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetOld()
	s.requests[id] = req
	s.queue = append(s.queue, req)
	return req.copy(), nil
}

func (r *authRequest) copy() *authRequest {
	c := *r
	return &c
}

// forgetOld drops the requests whose time is over. The lock is held.
func (s *storage) forgetOld() {
	for len(s.queue) > 0 && s.now().Sub(s.queue[0].created) > signInTime {
		old := s.queue[0]
		s.queue[0], s.queue = nil, s.queue[1:]
		delete(s.requests, old.id)
		delete(s.codes, old.code)
	}
}

// pending finds a request that has no code yet. The lock is held.
func (s *storage) pending(id string) (*authRequest, error) {
	r, ok := s.requests[id]
	if !ok || r.code != "" || s.now().Sub(r.created) > signInTime {
		return nil, errNoRequest
	}
	return r, nil
}

// AuthRequestByID implements op.Storage: a request that has no code yet.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.waiting(id)
}

func (s *storage) waiting(id string) (*authRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.pending(id)
	if err != nil {
		return nil, err
	}
	return r.copy(), nil
}

// signIn notes who signed in, and when.
func (s *storage) signIn(id string, a account, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.pending(id)
	if err != nil {
		return err
	}
	r.account, r.authTime, r.done = &a, at, false
	return nil
}

// consent notes that the one who signed in agreed.
func (s *storage) consent(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.pending(id)
	if err != nil {
		return err
	}
	if r.account == nil {
		return errors.New("nobody has signed in")
	}
	r.done = true
	return nil
}

// deny ends a request and returns it.
func (s *storage) deny(id string) (*authRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.pending(id)
	if err != nil {
		return nil, err
	}
	delete(s.requests, id)
	return r.copy(), nil
}

// SaveAuthCode implements op.Storage; a request gets one code.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.pending(id)
	if err != nil {
		return err
	}
	r.code, r.codeMade = code, s.now()
	s.codes[code] = r
	return nil
}

// AuthRequestByCode implements op.Storage. A code that comes a second time ends what the first time gave, RFC 6749 §4.1.2.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.codes[code]
	switch {
	case !ok:
		return nil, errors.New("no such code")
	case r.spent:
		s.end(s.grants[r.grant])
		return nil, errCodeSpent
	case s.now().Sub(r.codeMade) > codeTime:
		return nil, errors.New("the code has expired")
	}
	return r.copy(), nil
}

// DeleteAuthRequest implements op.Storage. The code is remembered as spent until its time is over.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// spend takes the code of a request for a new grant, once. The lock is held.
func (s *storage) spend(r *authRequest, grant string) error {
	kept, ok := s.codes[r.code]
	if !ok || kept.spent {
		return oidc.ErrInvalidGrant().WithDescription("invalid code").WithParent(errCodeSpent)
	}
	kept.spent, kept.grant = true, grant
	return nil
}
