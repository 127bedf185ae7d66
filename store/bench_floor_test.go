package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// BenchmarkFloor_FreshProcess is what BenchmarkOpenAndGet_FreshProcess cannot go below: a process that has just started opens
// the file with bbolt alone, without a lock file, a key or a check, reads one value and closes it.
func BenchmarkFloor_FreshProcess(b *testing.B) {
	s, _, _ := filled(b, many)
	var runs spread
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "STORE_TEST_CHILD=floor", "STORE_TEST_DIR="+s.dir)
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		took, err := time.ParseDuration(strings.TrimSpace(string(out)))
		if err != nil {
			b.Fatal(err)
		}
		runs.took = append(runs.took, took)
	}
	runs.report(b)
}

// childFloor is the body of the fresh process.
func childFloor(path string) error {
	began := time.Now()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, NoStatistics: true, Timeout: time.Second})
	if err != nil {
		return err
	}
	size := 0
	err = db.View(func(tx *bbolt.Tx) error {
		_, value := tx.Bucket([]byte(bConnections)).Cursor().Seek([]byte{0x80})
		size = len(value)
		return nil
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if size == 0 {
		return errors.New("nothing was read")
	}
	fmt.Println(time.Since(began))
	return nil
}

// BenchmarkRekey is a new master key for all records, the compacted file and its copy included.
func BenchmarkRekey(b *testing.B) {
	s, o, _ := filled(b, many)
	var runs spread
	for b.Loop() {
		runs.run(func() {
			if _, err := s.Rekey(b.Context(), o.Keys, RekeyOptions{}); err != nil {
				b.Fatal(err)
			}
		})
	}
	runs.report(b)
}
