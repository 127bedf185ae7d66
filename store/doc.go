// Package store keeps connections at rest: sealed records in bbolt, the key slots that open them, one OS lock a
// connection, the intent of a refresh, and the history.
//
// connections and cmd call it. It imports bbolt, x/crypto, x/sys and the leaves, nothing of the project above it: it
// knows no integration and no network. What must never be here: a plaintext record, a key in a file of the data folder,
// a transaction held across a network call, and anything that deletes a token because of an error.
//
// The master key is random and sits only in key slots, each AEAD-wrapped by a slot key. Every record is sealed by
// XChaCha20-Poly1305 and bound to format, store, bucket, record key and generation; record keys are HMACs, so the file
// shows neither names nor ids. The file is opened for each transaction and never held.
package store
