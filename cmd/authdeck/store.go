package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/store"
)

func (a *app) storeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "The sealed store: where it lies, what opens it",
		Example: "  authdeck store status\n  authdeck store key-file ~/.config/authdeck/key",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.storeStatusCmd(), a.storeKeyFileCmd())
	for _, name := range []string{"check", "compact", "slots", "passphrase", "rekey", "unlock", "lock"} {
		cmd.AddCommand(notBuiltCmd(name, "store "+name))
	}
	return cmd
}

func (a *app) storeStatusCmd() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Where the store lies, its size, and what opens it",
		Example: "  authdeck store status --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := a.openStore(cmd.Context())
			if err != nil {
				return err
			}
			s, err := st.Status(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(s)
			}
			slots := ""
			for _, k := range s.Slots {
				slots += string(k) + " "
			}
			a.fields("path", s.Path, "format", fmt.Sprint(s.Format), "connections", fmt.Sprint(s.Connections),
				"unlocked by", string(s.UnlockedBy), "key slots", slots, "size", fmt.Sprintf("%d bytes, %d free", s.Size, s.Free))
			return nil
		},
	}
}

func (a *app) storeKeyFileCmd() *cobra.Command {
	return &cobra.Command{
		Use: "key-file FILE", Short: "Makes a key file of 32 random bytes and a store that it opens",
		Long: `Makes FILE (mode 0600) and, where there is no store yet, a store that it opens. authdeck remembers the
place. Whoever has both the store and FILE can read the tokens; whoever has only one of them cannot: keep
FILE out of backups and synced folders that hold the store.`,
		Example: "  authdeck store key-file ~/.config/authdeck/key\n  AUTHDECK_KEY_FILE=/run/secrets/authdeck-key authdeck list",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := filepath.Abs(args[0])
			if err != nil {
				return usage("%s", err)
			}
			if _, err := os.Lstat(path); err == nil {
				return &connections.Error{
					Kind: connections.KindFailed, Message: path + " is there already; it was left as it is",
					Hint: "to use it: AUTHDECK_KEY_FILE=" + path,
				}
			}
			switch there, err := store.Exists(a.data()); {
			case err != nil:
				return err
			case there:
				return notBuilt("a second key for a store that is there")
			}
			source, err := a.makeKeyFile(path)
			if err != nil {
				return err
			}
			if _, err := a.openWith(cmd.Context(), source); err != nil {
				return errors.Join(err, os.Remove(path))
			}
			if a.json {
				return a.printJSON(map[string]string{"key_file": path, "store": a.data()})
			}
			a.note("made %s, and a store in %s that it opens", path, a.data())
			return nil
		},
	}
}
