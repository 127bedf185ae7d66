package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"authdeck/store/backup"
)

// What is true of one machine, its clock and the hosts that it could not reach, is neither written into a backup nor taken over
// from one: a clock that ran ahead elsewhere would shorten each token here.
func TestBackup_LeavesOutWhatIsOfOneMachine(t *testing.T) {
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key, written, older := filepath.Join(dir, "identity"), filepath.Join(dir, "written"), filepath.Join(dir, "older")
	if err := os.WriteFile(key, []byte(i.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	from, fromEnv := backupStore(t, 1)
	ahead := map[string]time.Time{"seen": time.Now().Add(time.Hour)}
	for section, name := range map[string]string{"clock": "seen", "host": "as.example", "keeper": "idle"} {
		if err := from.PutSetting(t.Context(), section, name, ahead); err != nil {
			t.Fatal(err)
		}
	}
	verb(t, fromEnv, "export", written, "--recipient", i.Recipient().String())
	d, err := from.Dump(t.Context())
	if err != nil || len(d.Settings) != 3 {
		t.Fatalf("%+v, %v", d.Settings, err)
	}
	to, err := backup.ForRecipients([]string{i.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	err = backup.WriteFile(older, false, func(w io.Writer) error { return backup.Write(w, d, to, backup.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"as export writes it": written, "as an older program wrote it": older} {
		t.Run(name, func(t *testing.T) {
			to, env := backupStore(t, 0)
			verb(t, env, "import", file, "--identity", key)
			got, err := to.Dump(t.Context())
			if err != nil || len(got.Connections) != 1 || len(got.Settings) != 1 || got.Settings[0].Section != "keeper" {
				t.Errorf("%d connections, settings %+v, %v", len(got.Connections), got.Settings, err)
			}
		})
	}
	f, err := os.Open(written)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if c, err := backup.Read(f, backup.Opener{Identities: []age.Identity{i}}); err != nil || len(c.Settings) != 1 {
		t.Errorf("the file holds the settings %+v, %v", c.Settings, err)
	}
}
