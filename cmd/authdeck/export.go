package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations/manifest"
	"authdeck/store"
	"authdeck/store/backup"
)

// settingsSections are those in use before settings held their section themselves: connections' config items, and links.
var settingsSections = []string{"integration", linksSection}

// exportJSON is what `export --json` prints.
type exportJSON struct {
	File            string    `json:"file"`
	Created         time.Time `json:"created"`
	SealedTo        string    `json:"sealed_to"` // passphrase, recipients, nobody (a report)
	Connections     int       `json:"connections"`
	Settings        int       `json:"settings"`
	Integrations    int       `json:"integrations"` // manifests of the user's own
	Events          int       `json:"events"`
	SettingsLeftOut int       `json:"settings_left_out"`
}

func (a *app) exportCmd() *cobra.Command {
	var k sealFlags
	var armored, redacted, force bool
	cmd := &cobra.Command{
		Use: "export FILE", Short: "Writes an encrypted backup of connections and settings",
		Long: `Writes all connections with their tokens, their histories, all settings and the manifests that authdeck keeps
into FILE (mode 0600), sealed by age: to a passphrase, which is asked twice or read from --passphrase-file, or to the recipients that are
named. ` + "`authdeck import`" + ` reads it; so does age itself. The key of the store is not in it.

A backup ages: once a refresh token in it has been used, the provider may refuse it. Make one before you
move to another machine, and keep it as you would keep the passwords.

--redacted writes a plain report to share with a bug instead (FILE, or - for standard output): states, times
and classes of errors. No token, config item, identity or scope is in it, and names are hashed.`,
		Example: `  authdeck export ~/authdeck.age
  authdeck export authdeck.age --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  authdeck export --redacted - | less`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case redacted && (k.used() || armored):
				return usage("--redacted writes a plain report: it is sealed to nobody")
			case redacted:
				return a.exportReport(cmd.Context(), args[0], force)
			case args[0] == "-":
				return usage("a backup goes to a file, not to standard output")
			}
			return a.export(cmd.Context(), args[0], k, armored, force)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&k.recipients, "recipient", nil, "age recipient (age1…) that can read it; may be given again")
	f.StringVar(&k.recipientsFile, "recipients-file", "", "file of age recipients, one a line")
	f.StringVar(&k.passphraseFile, "passphrase-file", "", "file that holds the passphrase, instead of asking for it")
	f.BoolVar(&armored, "armor", false, "write it as text")
	f.BoolVar(&redacted, "redacted", false, "write a report without secrets instead, to share with a bug")
	f.BoolVar(&force, "force", false, "write over a file that is there")
	return cmd
}

func (a *app) export(ctx context.Context, path string, k sealFlags, armored, force bool) error {
	if err := k.check(); err != nil {
		return err
	}
	st, err := a.openBolt(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil && !force { // before a passphrase is thought of
		return exportError(path, fs.ErrExist)
	}
	to, sealedTo, err := a.sealTo(ctx, k)
	if err != nil {
		return err
	}
	d, err := st.Dump(ctx, settingsSections...)
	if err != nil {
		return err
	}
	leaveMachine(&d)
	manifests, err := a.manifests()
	if err != nil {
		return err
	}
	err = backup.WriteFile(path, force, func(w io.Writer) error {
		return backup.Write(w, d, to, backup.Options{Armor: armored, Program: version(), Manifests: manifests})
	})
	if err != nil {
		return exportError(path, err)
	}
	a.noteBackup(ctx, st, d)
	return a.exported(path, sealedTo, d, len(manifests))
}

// leaveMachine takes out of d what is true of one machine only.
func leaveMachine(d *store.Dump) {
	d.Settings = slices.DeleteFunc(d.Settings, func(s store.DumpedSetting) bool { return connections.OfThisMachine(s.Section) })
}

// noteBackup lets `store status` and the history know. The backup is good even if that fails.
func (a *app) noteBackup(ctx context.Context, st *store.Bolt, d store.Dump) {
	err := errors.Join(
		st.RecordBackup(ctx, d.Created),
		st.Append(ctx, store.Event{Event: "export", Outcome: "ok", Detail: count(len(d.Connections), "connection")}),
	)
	if err != nil {
		a.note("warning: the backup is written, but the store could not note that: %s", explain(err).Message)
	}
}

// exportReport writes the report of --redacted.
func (a *app) exportReport(ctx context.Context, path string, force bool) error {
	st, err := a.openBolt(ctx)
	if err != nil {
		return err
	}
	d, err := st.Dump(ctx, settingsSections...)
	if err != nil {
		return err
	}
	status, err := st.Status(ctx)
	if err != nil {
		return err
	}
	public, err := a.builtIn(ctx)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		return backup.Redact(w, d, backup.Report{
			Program: version(), System: runtime.GOOS + "/" + runtime.GOARCH, Store: status, Rand: rand.Reader,
			Public: func(id string) bool { return public[id] },
		})
	}
	if path == "-" {
		return write(a.out)
	}
	if err := backup.WriteFile(path, force, write); err != nil {
		return exportError(path, err)
	}
	return a.exported(path, "nobody", d, 0)
}

// builtIn are the ids of the integrations that everybody has.
func (a *app) builtIn(ctx context.Context) (map[string]bool, error) {
	list, err := manifest.BuiltIn(a.caller()).Integrations(ctx)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, i := range list {
		ids[i.Info().ID] = true
	}
	return ids, nil
}

// exported says what was written.
func (a *app) exported(path, sealedTo string, d store.Dump, manifests int) error {
	full, err := filepath.Abs(path)
	if err != nil {
		full = path
	}
	e := exportJSON{
		File: full, Created: d.Created, SealedTo: sealedTo, Connections: len(d.Connections), Settings: len(d.Settings), Events: len(d.Events),
		Integrations: manifests, SettingsLeftOut: d.Unplaced,
	}
	for _, c := range d.Connections {
		e.Events += len(c.Events)
	}
	if d.Derived > 0 {
		a.note("note: %s written by an older authdeck; their sections were found by trying", count(d.Derived, "setting"))
	}
	if d.Unplaced > 0 {
		a.note("warning: %s of an unknown section left out", count(d.Unplaced, "setting"))
	}
	if a.json {
		return a.printJSON(e)
	}
	how := "sealed to a passphrase"
	switch sealedTo {
	case "recipients":
		how = "sealed to recipients"
	case "nobody":
		how = "a plain report, without secrets"
	}
	what := strings.Join([]string{count(e.Connections, "connection"), count(e.Settings, "setting"), count(manifests, "integration"), count(e.Events, "event")}, ", ")
	a.fields("file", full, "holds", what, "form", how)
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// exportError is a failure to write the file.
func exportError(path string, err error) error {
	e := &connections.Error{Kind: connections.KindFailed, Message: err.Error(), Err: err}
	switch {
	case errors.Is(err, fs.ErrExist):
		e.Message, e.Hint = path+" is there already; it was left as it is", "--force writes over it"
	case errors.Is(err, fs.ErrNotExist):
		e.Message, e.Hint = "there is no folder "+filepath.Dir(path), "make it first, or choose another place"
	}
	return e
}
