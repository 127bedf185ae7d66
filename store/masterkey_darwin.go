package store

// undumped: the system has no such mark. The program has its core dumps switched off.
func undumped([]byte) error { return nil }
