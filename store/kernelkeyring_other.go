//go:build !linux

package store

func writeKernelKey(string, []byte, int) error     { return ErrNoKernelKeyring }
func readKernelKey(string) ([]byte, error)         { return nil, ErrNoKernelKeyring }
func removeKernelKey(string) (was bool, err error) { return false, ErrNoKernelKeyring }
