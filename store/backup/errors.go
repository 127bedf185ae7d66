package backup

import "errors"

// What callers branch on. Each is wrapped with what was being done.
var (
	ErrNotBackup       = errors.New("this is no backup of authdeck")
	ErrNewerVersion    = errors.New("the backup was written by a newer authdeck")
	ErrDamaged         = errors.New("the backup is damaged or cut off")
	ErrTooLarge        = errors.New("the backup is larger than any that authdeck writes")
	ErrTooCostly       = errors.New("the passphrase of this backup costs too much work to check")
	ErrNeedsPassphrase = errors.New("the backup was made with a passphrase")
	ErrNeedsIdentity   = errors.New("the backup was made for age recipients")
	ErrWrongKey        = errors.New("this passphrase or identity does not open the backup")
	ErrBadRecipient    = errors.New("not an age recipient (age1…)")
	ErrBadIdentity     = errors.New("no age identities (AGE-SECRET-KEY-1…)")
)
