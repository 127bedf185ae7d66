package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/store"
	"authdeck/store/passphrase"
)

func (a *app) storeSlotsCmd() *cobra.Command {
	var remove string
	var addKeyring, force bool
	cmd := &cobra.Command{
		Use: "slots", Short: "What opens the store; each slot opens it alone",
		Long: `Lists the key slots. Each holds the store's master key, sealed by a key of its own: a key file, the keyring of
this system, or a passphrase. Any one of them opens the store.

--remove takes a slot away and replaces the copies of the store that it still opened. Whoever knew its key may have
kept the master key: after a leak, "authdeck store rekey" makes a new one.`,
		Example: "  authdeck store slots\n  authdeck store slots --add-keyring\n  authdeck store slots --remove passphrase",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			st, err := a.existingStore(ctx)
			if err != nil {
				return err
			}
			if addKeyring {
				if err := a.addKeyring(ctx, st); err != nil {
					return err
				}
			}
			if remove != "" {
				if err := a.removeSlot(ctx, st, remove, force); err != nil {
					return err
				}
				a.note("%s opens the store no more; after a leak also: authdeck store rekey", remove)
			}
			slots, err := st.Slots(ctx)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(slots)
			}
			rows := [][]string{{"SLOT", "OPENED BY", ""}}
			for _, s := range slots {
				state := ""
				if s.Damaged {
					state = "damaged"
				}
				rows = append(rows, []string{s.ID, s.Kind.Words(), state})
			}
			a.table(rows)
			return nil
		},
	}
	cmd.Flags().StringVar(&remove, "remove", "", "a slot's name, or its kind where there is one of it")
	cmd.Flags().BoolVar(&force, "force", false, "with --remove: also where no other slot was seen to open the store")
	cmd.Flags().BoolVar(&addKeyring, "add-keyring", false, "let the keyring of this system open the store too")
	return cmd
}

// addKeyring adds a slot for the keyring of this system, once: with a second one "--remove keyring" would name neither.
func (a *app) addKeyring(ctx context.Context, st *store.Bolt) error {
	if a.opens(ctx, a.keyring()) {
		a.note("the keyring of this system opens the store already")
		return nil
	}
	if _, err := st.AddSlot(ctx, a.keyring()); err != nil {
		return err
	}
	a.note("the keyring of this system opens the store too")
	return nil
}

// opens reports whether the store is there and this source alone opens it.
func (a *app) opens(ctx context.Context, source store.KeySource) bool {
	_, err := store.Open(ctx, a.data(), store.Options{Keys: []store.KeySource{source}})
	return err == nil
}

// removeSlot also takes the key of the last keyring slot out of the keyring: one that leaked would open the next such slot, which
// would use it again.
func (a *app) removeSlot(ctx context.Context, st *store.Bolt, name string, force bool) error {
	before, err := st.Slots(ctx)
	if err != nil {
		return err
	}
	id, err := st.ID(ctx)
	if err != nil {
		return err
	}
	if !force {
		if err := a.provenBeside(ctx, before, name); err != nil {
			return err
		}
	}
	if err := st.RemoveSlot(ctx, name); errors.Is(err, store.ErrNotFound) {
		return &connections.Error{
			Kind: connections.KindNotFound, Message: err.Error(), Hint: "`authdeck store slots` lists them; nothing was changed", Err: err,
		}
	} else if err != nil {
		return err
	}
	after, err := st.Slots(ctx)
	if err != nil {
		return err
	}
	ofKeyring := func(s store.SlotInfo) bool { return s.Kind == store.SlotKeyring }
	if !slices.ContainsFunc(before, ofKeyring) || slices.ContainsFunc(after, ofKeyring) {
		return nil
	}
	if err := a.keyring().Forget(ctx, id); err != nil {
		a.note("warning: the keyring still has the key, which opens nothing now: %s", explain(err).Message)
	}
	return nil
}

// provenBeside fails if none of the slots of other kinds than the named one's opens the store: a key file may be lost, a passphrase
// forgotten, and the slot that goes be the last that lets anybody in. Where another of its kind stays nothing is tried.
func (a *app) provenBeside(ctx context.Context, slots []store.SlotInfo, name string) error {
	kind, _, _ := strings.Cut(name, "/")
	ofKind := 0
	for _, s := range slots {
		if string(s.Kind) == kind {
			ofKind++
		}
	}
	if ofKind != 1 || len(slots) == 1 { // RemoveSlot tells what is wrong
		return nil
	}
	keys, err := a.keys()
	if err != nil {
		return err
	}
	if a.getenv("AUTHDECK_KEY_FILE") != "" { // it stood alone
		p := a.newPassphrase()
		if path := a.getenv("AUTHDECK_PASSPHRASE_FILE"); path != "" {
			p = passphrase.New(passphrase.FromFile(path), rand.Reader)
		}
		keys = append(append(keys, a.rememberedKey()...), a.keyring(), p)
	}
	keys = slices.DeleteFunc(keys, func(k store.KeySource) bool {
		return string(k.Kind()) == kind || k.Kind() == store.SlotKernelKeyring
	})
	if _, err := store.Open(ctx, a.data(), store.Options{Keys: keys}); err != nil {
		return &connections.Error{
			Kind: connections.KindStore, Message: "nothing at hand opens the store but " + name + "; nothing was changed (" + explain(err).Message + ")",
			Hint: "give the key of another slot (AUTHDECK_KEY_FILE, AUTHDECK_PASSPHRASE_FILE, a terminal), or remove it all the same: --force", Err: err,
		}
	}
	return nil
}

func (a *app) storeKeyFileCmd() *cobra.Command {
	return &cobra.Command{
		Use: "key-file FILE", Short: "Makes a key file of 32 random bytes that opens the store",
		Long: `Makes FILE (mode 0600) and lets it open the store; where there is no store yet, it makes one. authdeck remembers the
place, also that of a FILE which opens the store already. Whoever has both the store and FILE can read the tokens; whoever has only one of them cannot: keep
FILE out of backups and synced folders that hold the store.`,
		Example: "  authdeck store key-file ~/.config/authdeck/key\n  AUTHDECK_KEY_FILE=/run/secrets/authdeck-key authdeck list",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			path, err := filepath.Abs(args[0])
			if err != nil {
				return usage("%s", err)
			}
			if _, err := os.Lstat(path); err == nil {
				return a.keyFileThere(ctx, path)
			}
			there, err := store.Exists(a.data())
			if err != nil {
				return err
			}
			var st *store.Bolt
			if there { // opened first: what does not open the store adds no slot to it
				if st, err = a.openBolt(ctx); err != nil {
					return err
				}
			}
			if err := store.CreateKeyFile(path, rand.Reader); errors.Is(err, os.ErrExist) {
				return a.keyFileThere(ctx, path) // it came meanwhile, and another store may live by it
			} else if err != nil {
				return &connections.Error{
					Kind: connections.KindFailed, Message: err.Error(), Hint: "choose a place that you can write to", Err: err,
				}
			}
			source := store.KeyFile(path)
			if there {
				_, err = st.AddSlot(ctx, source)
			} else {
				_, err = a.openWith(ctx, source)
			}
			if err != nil {
				return errors.Join(err, a.dropKeyFile(ctx, path))
			}
			// Not before: the file that was remembered may be the only one that opens the store.
			if err := store.RememberKeyFile(a.data(), path); err != nil {
				return err
			}
			switch {
			case a.json:
				return a.printJSON(map[string]string{"key_file": path, "store": a.data()})
			case there:
				a.note("made %s; it opens the store in %s too", path, a.data())
			default:
				a.note("made %s, and a store in %s that it opens", path, a.data())
			}
			return nil
		},
	}
}

// keyFileThere remembers a file that opens the store already, which may have been moved, and refuses any other.
func (a *app) keyFileThere(ctx context.Context, path string) error {
	if a.opens(ctx, store.KeyFile(path)) {
		if err := store.RememberKeyFile(a.data(), path); err != nil {
			return err
		}
		if a.json {
			return a.printJSON(map[string]string{"key_file": path, "store": a.data()})
		}
		a.note("%s opens the store in %s already; its place is remembered", path, a.data())
		return nil
	}
	return &connections.Error{
		Kind: connections.KindFailed, Message: path + " is there already; it was left as it is",
		Hint: "to use it: AUTHDECK_KEY_FILE=" + path,
	}
}

// dropKeyFile removes a key file that this run made and that opens nothing. It stays where it may open the store: what failed
// may have failed after its slot was written.
func (a *app) dropKeyFile(ctx context.Context, path string) error {
	_, err := store.Open(context.WithoutCancel(ctx), a.data(), store.Options{Keys: []store.KeySource{store.KeyFile(path)}})
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, store.ErrNoKey) || errors.Is(err, store.ErrWrongKey) {
		return os.Remove(path)
	}
	a.note("%s was left: it may open the store", path)
	return nil
}

func (a *app) storePassphraseCmd() *cobra.Command {
	return &cobra.Command{
		Use: "passphrase", Short: "Sets or changes the passphrase that opens the store",
		Long: `Asks for a new passphrase and lets it open the store; one that was set before opens it no more, nor any copy in the
data folder. Other slots stay (authdeck store slots). AUTHDECK_PASSPHRASE_FILE names the present passphrase, never the new one.

A changed passphrase does not help once the old one leaked together with a copy of the store: the master key is still
the same. "authdeck store rekey" makes a new one.`,
		Example: "  authdeck store passphrase && authdeck store rekey",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			st, err := a.existingStore(ctx)
			if err != nil {
				return err
			}
			slots, err := st.Slots(ctx)
			if err != nil {
				return err
			}
			old := ""
			for _, s := range slots {
				if s.Kind == store.SlotPassphrase {
					old = s.ID
				}
			}
			maker := a.newPassphrase()
			if old == "" {
				_, err = st.AddSlot(ctx, maker)
			} else {
				_, err = st.ReplaceSlot(ctx, old, maker)
			}
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"changed": old != "", "rekey_advised": old != ""})
			}
			if old == "" {
				a.note("the passphrase opens the store too; `authdeck store slots` lists what else does")
				return nil
			}
			a.note("the passphrase was changed; the old one opens neither the store nor a copy in its folder.")
			a.note("If the old one may be known to others, the master key may be too: authdeck store rekey")
			return a.offerRekey(ctx, st, maker)
		},
	}
}

func (a *app) storeRekeyCmd() *cobra.Command {
	var drop bool
	cmd := &cobra.Command{
		Use: "rekey", Short: "Makes a new master key and seals every record anew",
		Long: `Makes a new master key and seals all records with it, in one transaction; other running authdecks go on by themselves.
Every slot has to be opened for it: the key file and the keyring by themselves, a passphrase by asking. A slot whose key is not
at hand stops it, or is dropped with --drop.`,
		Example: "  authdeck store rekey",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := a.existingStore(cmd.Context())
			if err != nil {
				return err
			}
			return a.rekey(cmd.Context(), st, drop)
		},
	}
	cmd.Flags().BoolVar(&drop, "drop", false, "drop slots whose key is not at hand")
	return cmd
}

// rememberedKey is the source of the remembered key file, which AUTHDECK_KEY_FILE hides elsewhere. One that cannot be found
// leaves its slot without a key, which the rekey tells.
func (a *app) rememberedKey() []store.KeySource {
	path, err := store.RememberedKeyFile(a.data())
	if err != nil || path == "" {
		return nil
	}
	return []store.KeySource{store.KeyFile(path)}
}

func rekeyWords(r store.RekeyResult) string {
	return fmt.Sprintf("the store has a new master key; sealed anew: %s; opened by %s", count(r.Records, "record"), count(len(r.Slots), "slot"))
}
