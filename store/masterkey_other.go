//go:build !linux

package store

func lockedMemory(n int) []byte { return make([]byte, n) }
