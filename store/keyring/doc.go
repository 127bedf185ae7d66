// Package keyring is the key source that keeps one slot's key in the operating system's keyring: the Secret Service on
// Linux and the BSDs, the keychain on macOS, the credential manager on Windows. It makes the item, reads it and removes it.
//
// cmd makes a [Source] and hands it to store. While the keyring is unlocked, every program of the user may ask it for the
// key. What must never be here: a token (Windows takes 2560 bytes an item, and on Linux the value crosses the user's D-Bus
// in the clear), a key that is kept in memory between calls, and a weaker place to fall back to.
//
// The item has the service "authdeck", the store's id as account, and 32 random bytes in base64 as value.
package keyring
