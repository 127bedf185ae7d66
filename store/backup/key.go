package backup

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"filippo.io/age"

	"authdeck/internal/secret"
)

const (
	workFactor    = 18 // scrypt's log2 N of what is written
	maxWorkFactor = 20 // of what is read
)

// Recipients are who can read a backup.
type Recipients struct{ list []age.Recipient }

// ForPassphrase is whoever knows the passphrase, which must not be empty.
func ForPassphrase(p secret.String) (Recipients, error) { return forPassphrase(p, workFactor) }

func forPassphrase(p secret.String, work int) (Recipients, error) {
	r, err := age.NewScryptRecipient(p.Reveal())
	if err != nil {
		return Recipients{}, errors.New("the passphrase of a backup cannot be empty")
	}
	r.SetWorkFactor(work)
	return Recipients{list: []age.Recipient{r}}, nil
}

// ForRecipients is whoever has the identity of one of the recipients, age's own kinds only; texts are one each, lists are
// files with one a line. The error is [ErrBadRecipient] and quotes nothing: what was given may be a secret key.
func ForRecipients(texts []string, lists ...io.Reader) (Recipients, error) {
	var all Recipients
	for _, text := range texts {
		lists = append(lists, strings.NewReader(text))
	}
	for _, l := range lists {
		parsed, err := age.ParseRecipients(l)
		if err != nil {
			return Recipients{}, ErrBadRecipient
		}
		all.list = append(all.list, parsed...)
	}
	return all, nil
}

// Opener is what opens a backup. Which of the two is needed stands in the file.
type Opener struct {
	Passphrase func() (secret.String, error) // asked once, if the file needs it; nil: there is none
	Identities []age.Identity
}

// ParseIdentities reads an age identities file. The error is [ErrBadIdentity] and quotes nothing.
func ParseIdentities(r io.Reader) ([]age.Identity, error) {
	list, err := age.ParseIdentities(r)
	if err != nil {
		return nil, ErrBadIdentity
	}
	return list, nil
}

// opening is the one identity that age is given: it sees which kind the file needs.
type opening struct {
	Opener
	header func() // called when the header has been read
}

// Unwrap implements [age.Identity].
func (o opening) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	o.header()
	if len(stanzas) != 1 || stanzas[0].Type != "scrypt" {
		if len(o.Identities) == 0 {
			return nil, ErrNeedsIdentity
		}
		for _, i := range o.Identities {
			key, err := i.Unwrap(stanzas)
			if !errors.Is(err, age.ErrIncorrectIdentity) {
				return key, err
			}
		}
		return nil, age.ErrIncorrectIdentity
	}
	if o.Passphrase == nil {
		return nil, ErrNeedsPassphrase
	}
	// Before anybody is asked: a file may cost hours.
	if args := stanzas[0].Args; len(args) == 2 {
		if work, err := strconv.Atoi(args[1]); err == nil && work > maxWorkFactor {
			return nil, fmt.Errorf("%w: its work factor is %d, at most %d are taken", ErrTooCostly, work, maxWorkFactor)
		}
	}
	p, err := o.Passphrase()
	if err != nil {
		return nil, askError{err}
	}
	i, err := age.NewScryptIdentity(p.Reveal())
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	i.SetMaxWorkFactor(maxWorkFactor)
	return i.Unwrap(stanzas)
}

// askError is what went wrong while the passphrase was asked for.
type askError struct{ error }

// Unwrap returns the cause.
func (e askError) Unwrap() error { return e.error }
