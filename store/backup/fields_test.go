package backup

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
	"authdeck/store"
)

// Whatever a connection may ever hold, a field added tomorrow included, comes back from a backup.
func TestBackup_EveryFieldComesBack(t *testing.T) {
	var c store.Connection
	n := 0
	fill(reflect.ValueOf(&c).Elem(), &n)
	c.ID, c.History = strings.Repeat("ab", 16), 0 // History is counted, not kept
	to, with := identity(t)
	got, err := Read(bytes.NewReader(written(t, store.Dump{StoreID: strings.Repeat("cd", 16), Created: day, Connections: []store.Dumped{{Connection: c}}}, to, Options{})), with)
	if err != nil || len(got.Connections) != 1 {
		t.Fatalf("%d connections, %v", len(got.Connections), err)
	}
	same := cmp.Comparer(func(a, b secret.String) bool { return a.Equal(b) })
	if diff := cmp.Diff(c, got.Connections[0].Connection, same); diff != "" {
		t.Errorf("what was written and what was read:\n%s", diff)
	}
}
