// Package passphrase opens the store by a passphrase: Argon2id makes the key of its slot (RFC 9106).
//
// cmd hands its source to store. It asks through a function that it is given, once in a process; a wrong answer is asked for
// again only where the caller says so. What must never be here: a terminal, and a passphrase that outlives its use by design.
package passphrase
