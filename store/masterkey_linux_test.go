package store

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// The kernel says of the mapping that it is locked and not dumped, and forgets it with the key.
func TestMasterKey_LockedAndUndumped(t *testing.T) {
	m := keepMaster(make([]byte, keySize))
	at := uintptr(unsafe.Pointer(unsafe.SliceData(m.at)))
	flags := vmFlags(t, at)
	for _, flag := range []string{"lo", "dd"} {
		if !strings.Contains(flags+" ", " "+flag+" ") {
			t.Errorf("the mapping has flags%s, not %s", flags, flag)
		}
	}
	m.drop()
	if flags := vmFlags(t, at); strings.Contains(flags+" ", " lo ") {
		t.Errorf("after its end:%s", flags)
	}
}

// vmFlags are those of the mapping at an address, "" if there is none.
func vmFlags(t *testing.T, at uintptr) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from <= at && at < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			return strings.TrimRight(flags, " \n")
		}
	}
	return ""
}
