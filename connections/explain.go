package connections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
	"authdeck/store"
)

// Explain turns an error of any floor below into the [*Error] that says what it means and what to do next; nil for nil. One
// that is an [*Error] already is returned as it is.
func Explain(err error) *Error {
	var e *Error
	errors.As(explain(err), &e)
	return e
}

// explain turns an error of a floor below into an [*Error]; one that is already passes as it is.
func explain(err error) error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	e := &Error{Kind: KindFailed, Message: safetext.Line(err.Error(), 300), Err: err, Hint: "`authdeck -v` shows each exchange"}
	var held *store.HeldError
	var call *oauthflow.Error
	switch {
	case errors.As(err, &held):
		e.Kind, e.Message = KindTransient, safetext.Line(held.Error(), 200)
		e.Hint = "wait until it is done, or end that process; nothing was lost"
	case storeHint(err) != "":
		e.Kind, e.Hint = KindStore, storeHint(err)
	case errors.Is(err, store.ErrNotFound):
		e.Kind, e.Hint = KindNotFound, "`authdeck list` names what there is"
	case errors.Is(err, store.ErrNameTaken):
		e.Kind, e.Hint = KindNameTaken, "choose another name, or rename the other connection first"
	case errors.Is(err, store.ErrStale):
		e.Kind, e.Hint = KindTransient, "something else changed the connection meanwhile: try again"
	case errors.As(err, &call):
		e.Kind, e.Message, e.Hint = kindOf(call.Class), safetext.Line(call.Error(), 300), hintOf(call.Class)
	case misspelt(err) != "":
		e.Kind, e.Hint = KindConfiguration, misspelt(err)
	case errors.Is(err, integrations.ErrNotFound):
		e.Kind, e.Hint = KindNotFound, "`authdeck integrations list` names what there is"
	case errors.Is(err, integrations.ErrNotConfigured):
		e.Kind, e.Hint = KindConfiguration, "`authdeck integrations set` takes what is missing"
	case errors.Is(err, integrations.ErrBadParams):
		e.Kind, e.Hint = KindUsage, "`authdeck actions` lists the parameters"
	case errors.Is(err, integrations.ErrUnknownAction):
		e.Kind, e.Hint = KindNotFound, "`authdeck actions` lists what there is"
	case errors.Is(err, context.Canceled):
		e.Kind, e.Message, e.Hint = KindCanceled, "canceled", "nothing was lost; try again when you like"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Message, e.Hint = KindTransient, "the time was over before an answer came", "nothing was lost; try again"
	}
	return e
}

// misspelt is what to do about an issuer that spells itself otherwise than the settings do, "" if that is not the matter.
func misspelt(err error) string {
	var e interface {
		error
		RightIssuer() (integration, item, issuer string)
	}
	if !errors.As(err, &e) {
		return ""
	}
	id, item, issuer := e.RightIssuer()
	issuer = safetext.Line(issuer, 300)
	if item == "" {
		return "the server calls itself " + issuer + ": write that in the manifest of " + safetext.Line(id, 60) + " as its issuer"
	}
	return "the server calls itself " + issuer + ": authdeck integrations set " + safetext.Line(id, 60) + " " + safetext.Line(item, 60) + "=" + issuer
}

// storeError is a failure of the store while doing something; an error without a better name is still the store's.
func storeError(doing string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(explain(fmt.Errorf("%s: %w", doing, err)), &e) || e.Kind != KindFailed {
		return e
	}
	e.Kind, e.Hint = KindStore, "look at the disk that holds the store; `authdeck store status` says where it lies"
	return e
}

// storeHint is what to do about a store that cannot be used, "" if err is none of its errors.
func storeHint(err error) string {
	var kinds *store.SlotKindError
	switch {
	case errors.As(err, &kinds):
		return keyHint(kinds.Kinds)
	case errors.Is(err, store.ErrKeySource):
		return "unlock the keyring of this system, then try again; nothing was changed"
	case errors.Is(err, store.ErrWrongPassphrase):
		return "try again with the passphrase that the store was given; `authdeck store slots` lists what else opens it, once it is open"
	case errors.Is(err, store.ErrLastSlot):
		return "give the store another key first: authdeck store passphrase, or authdeck store key-file FILE"
	case errors.Is(err, store.ErrNoKernelKeyring):
		return "name the key for each call instead: AUTHDECK_KEY_FILE or AUTHDECK_PASSPHRASE_FILE"
	case errors.Is(err, store.ErrNotGone):
		return "make room on the disk, then: authdeck store compact"
	case errors.Is(err, store.ErrNoCopy):
		return "nothing was changed; `authdeck import FILE` brings a backup back into a new data folder"
	case errors.Is(err, store.ErrDiskFull):
		return "make room on the disk; what was there before is as it was, and can be read"
	case errors.Is(err, store.ErrReadOnly):
		return "the tokens can be read; to store new ones the disk has to be writable"
	case errors.Is(err, store.ErrNoKey):
		return "make a key: authdeck store key-file FILE, or name one: AUTHDECK_KEY_FILE or AUTHDECK_PASSPHRASE_FILE"
	case errors.Is(err, store.ErrWrongKey):
		return "the store was made with another key file; set AUTHDECK_KEY_FILE to that one"
	case errors.Is(err, store.ErrDamaged):
		return "nothing was changed; `authdeck store check --restore` puts the newest sound copy in place"
	case errors.Is(err, store.ErrBusy):
		return "another process holds the store: try again, or end it"
	case errors.Is(err, store.ErrNewerFormat):
		return "use the newer authdeck that wrote it; nothing was changed"
	case errors.Is(err, store.ErrUnsafe):
		return "the data folder (mode 0700) and files of keys (0600) have to be yours alone, on a local disk and without links"
	}
	return ""
}

// keyHint is how to name a key of one of these kinds.
func keyHint(kinds []store.SlotKind) string {
	var ways []string
	for _, k := range kinds {
		way := ""
		switch k {
		case store.SlotKeyFile:
			way = "set AUTHDECK_KEY_FILE to the key file"
		case store.SlotPassphrase:
			way = "give the passphrase at a terminal, or by AUTHDECK_PASSPHRASE_FILE"
		case store.SlotKeyring:
			way = "unlock the keyring of this system"
		case store.SlotKernelKeyring, store.SlotMemory:
			continue
		}
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	return strings.Join(ways, "; or ")
}

// kindOf is the kind of a failed protocol call.
func kindOf(c oauthflow.Class) Kind {
	switch c {
	case oauthflow.ClassDead:
		return KindSignIn
	case oauthflow.ClassConfiguration:
		return KindConfiguration
	case oauthflow.ClassDeadIfAgain, oauthflow.ClassDeadAfter3, oauthflow.ClassTransient, oauthflow.ClassTransientLong, oauthflow.ClassPortal:
		return KindTransient
	}
	return KindFailed
}

func hintOf(c oauthflow.Class) string {
	switch c {
	case oauthflow.ClassDead:
		return "sign in again: authdeck login"
	case oauthflow.ClassConfiguration:
		return "`authdeck integrations show` tells what to set up, `authdeck integrations set` changes it"
	case oauthflow.ClassPortal:
		return "something between here and the provider answered (a sign-in page of the network?): open a page in the browser, then try again"
	case oauthflow.ClassDeadIfAgain, oauthflow.ClassDeadAfter3, oauthflow.ClassTransient, oauthflow.ClassTransientLong:
		return "nothing was lost; try again later"
	}
	return "`authdeck -v` shows each exchange"
}
