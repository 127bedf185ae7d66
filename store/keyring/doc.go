// Package keyring opens the store by the keyring of the operating system: 32 random bytes kept there under the store's id
// are the key of its slot (Secret Service on Linux, Keychain on macOS, Credential Manager on Windows).
//
// cmd hands its source to store. On Linux the key crosses the user's own D-Bus in plain, and every program of the user may ask
// for it while the keyring is unlocked. What must never be here: a token, and a call without a time limit.
package keyring
