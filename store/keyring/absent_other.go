//go:build !linux

package keyring

func absent() string { return "" }
