package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/store"
	"authdeck/store/backup"
)

// lockWait bounds the wait for refreshes of the connections that a backup replaces; none takes longer.
const lockWait = 70 * time.Second

// importJSON is what `import --json` prints.
type importJSON struct {
	DryRun  bool              `json:"dry_run"`
	Created time.Time         `json:"created"` // of the backup
	StoreID string            `json:"store_id"`
	Records []store.MergeLine `json:"records"`
	Events  int               `json:"events"` // of the history that were added
	// Missing are the integrations of the backup's connections that are neither here nor in it.
	Missing []string `json:"missing_integrations"`
}

func (a *app) importCmd() *cobra.Command {
	var identities []string
	var passphraseFile string
	var dryRun bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Takes over what an encrypted backup holds; newer here stays",
		Long: `Reads a backup that ` + "`authdeck export`" + ` made and takes it over, all of it or, on any error, nothing. Nothing
here is removed. Of a connection that is in both, the one whose grant was obtained later stays; of a setting,
the one written later. Every decision is printed. A name that another connection has here becomes
NAME-imported.

What came from a backup may hold a refresh token that was used since: if the provider refuses it, sign in
again. Import only backups that you trust: a file for recipients can be made by anybody who knows them.`,
		Example: `  authdeck import ~/authdeck.age --dry-run
  authdeck import authdeck.age --identity ~/key.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := a.readBackup(cmd.Context(), args[0], identities, passphraseFile)
			if err != nil {
				return err
			}
			st, err := a.openBolt(cmd.Context())
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), lockWait)
			defer cancel()
			report, err := st.Merge(ctx, d.Dump, store.MergeOptions{DryRun: dryRun})
			if err != nil {
				return importError(err)
			}
			a.useStore(st)
			lines, err := a.importManifests(cmd.Context(), d.Manifests, dryRun)
			if err != nil {
				return err
			}
			report.Lines = append(report.Lines, lines...)
			missing, err := a.missing(cmd.Context(), d.Dump, lines)
			if err != nil {
				return err
			}
			return a.imported(importJSON{
				DryRun: dryRun, Created: d.Created, StoreID: d.StoreID, Records: report.Lines, Events: report.Events, Missing: missing,
			})
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&identities, "identity", nil, "file of age identities that can open it; may be given again")
	f.StringVar(&passphraseFile, "passphrase-file", "", "file that holds the passphrase, instead of asking for it")
	f.BoolVar(&dryRun, "dry-run", false, "say what would be done, and do nothing")
	return cmd
}

// readBackup reads and proves the whole file; the store is not touched.
func (a *app) readBackup(ctx context.Context, path string, identities []string, passphraseFile string) (backup.Contents, error) {
	opener, err := a.opener(ctx, identities, passphraseFile)
	if err != nil {
		return backup.Contents{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return backup.Contents{}, &connections.Error{Kind: connections.KindFailed, Message: err.Error(), Err: err}
	}
	defer func() { _ = f.Close() }()
	d, err := backup.Read(f, opener)
	if err != nil {
		return backup.Contents{}, importError(err)
	}
	leaveMachine(&d.Dump) // whoever wrote the file may have left it in
	return d, nil
}

// missing names the integrations of a backup's connections that cannot be found here.
func (a *app) missing(ctx context.Context, d store.Dump, coming []store.MergeLine) ([]string, error) {
	list, err := a.registry(a.caller()).List(ctx)
	if err != nil {
		return nil, err
	}
	seen, missing := map[string]bool{}, []string{}
	for _, i := range list {
		seen[i.Info().ID] = true
	}
	for _, l := range coming { // in a dry run they are not here yet
		if l.Decision == store.Added {
			seen[l.Name] = true
		}
	}
	for _, c := range d.Connections {
		if !seen[c.Integration] {
			seen[c.Integration] = true
			missing = append(missing, c.Integration)
		}
	}
	return missing, nil
}

// imported says what was decided.
func (a *app) imported(out importJSON) error {
	if out.Records == nil {
		out.Records = []store.MergeLine{}
	}
	if a.json {
		return a.printJSON(out)
	}
	tally := map[store.Decision]int{}
	rows := [][]string{{"DECISION", "WHAT", "NAME", "REASON"}}
	for _, l := range out.Records {
		tally[l.Decision]++
		reason := l.Reason
		if l.InBackup != "" {
			reason = "was " + l.InBackup + "; " + reason
		}
		rows = append(rows, []string{string(l.Decision), l.Kind, l.Name, reason})
	}
	if len(out.Records) > 0 {
		a.table(rows)
	}
	verb := "done"
	if out.DryRun {
		verb = "nothing was written; it would be"
	}
	a.note("%s: %d added, %d replaced, %d kept as newer here, %d identical, of a backup of %s", verb, tally[store.Added],
		tally[store.Replaced], tally[store.Kept], tally[store.Identical], out.Created.Local().Format("2006-01-02 15:04:05"))
	if len(out.Missing) > 0 {
		a.note("warning: not here are the integrations %s: their connections cannot be refreshed until `authdeck integrations add` brings them",
			safetext.Line(strings.Join(out.Missing, ", "), 200))
	}
	return nil
}

// importErrors say what to do about a backup that cannot be read; nothing was changed by any of them.
var importErrors = []struct {
	is   error
	kind connections.Kind
	hint string
}{
	{backup.ErrNotBackup, connections.KindFailed, "nothing was changed; `authdeck export` makes backups, a report of --redacted is none"},
	{backup.ErrNewerVersion, connections.KindFailed, "nothing was changed; use the newer authdeck that wrote it"},
	{backup.ErrWrongKey, connections.KindFailed, "nothing was changed; try again with the one that it was made with"},
	{backup.ErrDamaged, connections.KindFailed, "nothing was changed; take another copy of the file"},
	{backup.ErrTooLarge, connections.KindFailed, "nothing was changed; at most 1 GiB in all and 10 MiB a record are read"},
	{backup.ErrTooCostly, connections.KindFailed, "nothing was changed; authdeck makes no such backup"},
	{backup.ErrNeedsPassphrase, connections.KindUsage, "use --passphrase-file FILE, or a terminal, where it is asked for"},
	{backup.ErrNeedsIdentity, connections.KindUsage, "use --identity FILE"},
	{store.ErrBadDump, connections.KindFailed, "nothing was changed; no authdeck writes such a file"},
	{syscall.EMFILE, connections.KindFailed, "nothing was changed; every connection that is replaced is locked by a file: allow more open files (ulimit -n)"},
}

// importError is a failure to take a backup over.
func importError(err error) error {
	var known *connections.Error
	if errors.As(err, &known) {
		return known
	}
	for _, e := range importErrors {
		if errors.Is(err, e.is) {
			return &connections.Error{Kind: e.kind, Message: err.Error(), Hint: e.hint, Err: err}
		}
	}
	return err
}
