package demo

import (
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// account is one of the three that can be chosen on the sign-in page.
type account struct {
	Subject, Email, Name string
}

// Initial is the letter in the page's circle.
func (a account) Initial() string { return a.Name[:1] }

func accounts() []account {
	return []account{
		{Subject: "demo-1", Email: "ada@example.com", Name: "Ada"},
		{Subject: "demo-2", Email: "bob@example.com", Name: "Bob"},
		{Subject: "demo-3", Email: "eve@example.com", Name: "Eve"},
	}
}

// findAccount finds an account by its mail address, the part before the @, or its subject; "" is none.
func findAccount(hint string) (account, bool) {
	hint = strings.ToLower(strings.TrimSpace(hint))
	for _, a := range accounts() {
		local, _, _ := strings.Cut(a.Email, "@")
		if hint == a.Email || hint == local || hint == a.Subject {
			return a, true
		}
	}
	return account{}, false
}

// fill sets the claims that the scopes ask for, OpenID Connect Core §5.4.
func (a account) fill(info *oidc.UserInfo, scopes []string) {
	info.Subject = a.Subject
	if slices.Contains(scopes, oidc.ScopeProfile) {
		local, _, _ := strings.Cut(a.Email, "@")
		info.Name, info.PreferredUsername = a.Name, local
	}
	if slices.Contains(scopes, oidc.ScopeEmail) {
		info.Email, info.EmailVerified = a.Email, true
	}
}

// scopeNotes lets a token at the notes of the API.
const scopeNotes = "notes"

// scopeAudit lets a token at the audit log; the integration does not ask for it by itself.
const scopeAudit = "audit"

// scopes are all that can be asked for, in the order of the consent page.
func scopes() []string {
	return []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, oidc.ScopeOfflineAccess, scopeNotes, scopeAudit}
}

// scopeMeaning says on the consent page what a scope allows.
func scopeMeaning(scope string) string {
	switch scope {
	case oidc.ScopeOpenID:
		return "know that it is you"
	case oidc.ScopeProfile:
		return "see your name"
	case oidc.ScopeEmail:
		return "see your mail address"
	case oidc.ScopeOfflineAccess:
		return "stay connected when you are not here"
	case scopeNotes:
		return "read your notes and add new ones"
	case scopeAudit:
		return "read the audit log"
	default:
		return scope
	}
}
