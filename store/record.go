package store

import (
	"authdeck/internal/secret"
)

// The fields of a connection and of its summary, which has the ones before the line.
const (
	fID uint64 = iota + 1
	fName
	fIntegration
	fIdentity
	fIdentityImage
	fSubject
	fTokenType
	fCreatedAt
	fObtainedAt
	fRefreshedAt
	fLifetime
	fExpiresAt
	fRefreshExpiresAt
	fRefreshable
	fRotations
	fTrouble
	fReason
	fSince
	fTries
	fRetryAt
	fScopesAsked
	fScopesGranted
	// ----
	fUserData
	fConfig
	fFlow
	fBrowser
	fAccessToken
	fRefreshToken
	fPreviousRefreshToken
	fIDToken
	fExtra
	fRestoredFrom // this one and those below came later: they are in the summary as well
	fRefreshSince
	fRefreshLimit
	fCapped
	fNotBefore

	lastField = fNotBefore
)

func (f *fields) summary(s Summary) {
	f.text(fID, s.ID)
	f.text(fName, s.Name)
	f.text(fIntegration, s.Integration)
	f.text(fIdentity, s.Identity)
	f.text(fIdentityImage, s.IdentityImage)
	f.text(fSubject, s.Subject)
	f.text(fTokenType, s.TokenType)
	f.time(fCreatedAt, s.CreatedAt)
	f.time(fObtainedAt, s.ObtainedAt)
	f.time(fRefreshedAt, s.RefreshedAt)
	f.text(fLifetime, string(s.Lifetime))
	f.time(fExpiresAt, s.ExpiresAt)
	f.time(fRefreshExpiresAt, s.RefreshExpiresAt)
	f.flag(fRefreshable, s.Refreshable)
	f.count(fRotations, s.Rotations)
	f.text(fTrouble, string(s.Health.Trouble))
	f.text(fReason, s.Health.Reason)
	f.time(fSince, s.Health.Since)
	f.count(fTries, s.Health.Tries)
	f.time(fRetryAt, s.Health.RetryAt)
	f.list(fScopesAsked, s.ScopesAsked)
	f.list(fScopesGranted, s.ScopesGranted)
	f.time(fRestoredFrom, s.RestoredFrom)
	f.time(fRefreshSince, s.RefreshSince)
	f.time(fRefreshLimit, s.RefreshLimit)
	f.flag(fCapped, s.Capped)
	f.time(fNotBefore, s.Health.NotBefore)
}

func (f *fields) connection(c Connection) {
	f.summary(c.Summary())
	f.text(fUserData, string(c.UserData))
	f.dict(fConfig, c.Config)
	f.text(fFlow, c.Flow)
	f.text(fBrowser, c.Browser)
	f.text(fAccessToken, c.Grant.AccessToken.Reveal())
	f.text(fRefreshToken, c.Grant.RefreshToken.Reveal())
	f.text(fPreviousRefreshToken, c.Grant.PreviousRefreshToken.Reveal())
	f.text(fIDToken, c.Grant.IDToken.Reveal())
	f.text(fExtra, string(c.Grant.Extra))
}

// decodeSummary reads a summary; generation comes from the seal.
func decodeSummary(record string, generation uint64) (Summary, error) {
	s := Summary{Generation: generation}
	r := reader{rest: record}
	for r.next() {
		r.summary(&s)
	}
	return s, r.err
}

// nameIn returns the name in a summary's record.
func nameIn(record string) string {
	for r := (reader{rest: record}); r.next(); {
		if r.tag == fName {
			return r.value
		}
	}
	return ""
}

func (r *reader) summary(s *Summary) {
	switch r.tag {
	case fID:
		s.ID = r.value
	case fName:
		s.Name = r.value
	case fIntegration:
		s.Integration = r.value
	case fIdentity:
		s.Identity = r.value
	case fIdentityImage:
		s.IdentityImage = r.value
	case fSubject:
		s.Subject = r.value
	case fTokenType:
		s.TokenType = r.value
	case fCreatedAt:
		s.CreatedAt = r.time()
	case fObtainedAt:
		s.ObtainedAt = r.time()
	case fRefreshedAt:
		s.RefreshedAt = r.time()
	case fLifetime:
		s.Lifetime = Lifetime(r.value)
	case fExpiresAt:
		s.ExpiresAt = r.time()
	case fRefreshExpiresAt:
		s.RefreshExpiresAt = r.time()
	case fRefreshable:
		s.Refreshable = r.uint() == 1
	case fRotations:
		s.Rotations = r.count()
	case fTrouble:
		s.Health.Trouble = Trouble(r.value)
	case fReason:
		s.Health.Reason = r.value
	case fSince:
		s.Health.Since = r.time()
	case fTries:
		s.Health.Tries = r.count()
	case fRetryAt:
		s.Health.RetryAt = r.time()
	case fScopesAsked:
		s.ScopesAsked = r.list()
	case fScopesGranted:
		s.ScopesGranted = r.list()
	case fRestoredFrom:
		s.RestoredFrom = r.time()
	case fRefreshSince:
		s.RefreshSince = r.time()
	case fRefreshLimit:
		s.RefreshLimit = r.time()
	case fCapped:
		s.Capped = r.uint() == 1
	case fNotBefore:
		s.Health.NotBefore = r.time()
	}
}

// decodeConnection reads a connection; generation comes from the seal.
func decodeConnection(record string, generation uint64) (Connection, error) {
	var s Summary
	var c Connection
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case fUserData:
			c.UserData = r.raw()
		case fConfig:
			c.Config = r.dict()
		case fFlow:
			c.Flow = r.value
		case fBrowser:
			c.Browser = r.value
		case fAccessToken:
			c.Grant.AccessToken = secret.New(r.value)
		case fRefreshToken:
			c.Grant.RefreshToken = secret.New(r.value)
		case fPreviousRefreshToken:
			c.Grant.PreviousRefreshToken = secret.New(r.value)
		case fIDToken:
			c.Grant.IDToken = secret.New(r.value)
		case fExtra:
			c.Grant.Extra = r.raw()
		default:
			r.summary(&s)
		}
	}
	c.ID, c.Name, c.Integration, c.Generation, c.CreatedAt = s.ID, s.Name, s.Integration, generation, s.CreatedAt
	c.RestoredFrom = s.RestoredFrom
	c.Identity, c.IdentityImage, c.Subject = s.Identity, s.IdentityImage, s.Subject
	c.ScopesAsked, c.ScopesGranted, c.Health = s.ScopesAsked, s.ScopesGranted, s.Health
	g := &c.Grant
	g.TokenType, g.ObtainedAt, g.RefreshedAt, g.Lifetime = s.TokenType, s.ObtainedAt, s.RefreshedAt, s.Lifetime
	g.ExpiresAt, g.RefreshExpiresAt, g.Rotations = s.ExpiresAt, s.RefreshExpiresAt, s.Rotations
	g.RefreshSince, g.RefreshLimit, g.Capped = s.RefreshSince, s.RefreshLimit, s.Capped
	return c, r.err
}

// normal returns c as it comes back from the store: wall times in UTC, no memory shared with the caller's.
func normal(c Connection) Connection {
	var f fields
	f.connection(c)
	n, err := decodeConnection(string(f.b), c.Generation)
	if err != nil {
		// Only a time that cannot be written leads here, and there is none.
		return c
	}
	n.History = c.History
	return n
}
