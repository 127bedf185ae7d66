package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"authdeck/store"
)

func (a *app) storeUnlockCmd() *cobra.Command {
	var span time.Duration
	cmd := &cobra.Command{
		Use: "unlock", Short: "Keeps the store unlocked for a time, so that scripts need not ask (Linux)",
		Long: `Opens the store and leaves its key in the kernel's keyring of this user, in memory only, until the time is over, the
machine is restarted, or "authdeck store lock". Every program that runs as you can use it meanwhile.`,
		Example: "  authdeck store unlock --for 8h",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if span < time.Second || span > 30*24*time.Hour {
				return usage("--for is from 1s to 720h")
			}
			st, err := a.existingStore(cmd.Context())
			if err != nil {
				return err
			}
			until, err := st.KeepUnlocked(cmd.Context(), span)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"unlocked_until": until.UTC().Format(time.RFC3339)})
			}
			a.note("unlocked until %s; `authdeck store lock` ends it", until.Local().Format("2006-01-02 15:04"))
			return nil
		},
	}
	cmd.Flags().DurationVar(&span, "for", 8*time.Hour, "how long")
	return cmd
}

func (a *app) storeLockCmd() *cobra.Command {
	return &cobra.Command{
		Use: "lock", Short: "Takes the key out of the kernel's keyring (Linux)",
		Example: "  authdeck store lock",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.needStore(); err != nil {
				return err
			}
			was, err := store.ForgetUnlocked(cmd.Context(), a.data())
			if err != nil {
				return fmt.Errorf("lock the store: %w", err)
			}
			if a.json {
				return a.printJSON(map[string]bool{"was_unlocked": was})
			}
			if was {
				a.note("locked; running authdecks keep the key that they have")
			} else {
				a.note("it was not unlocked")
			}
			return nil
		},
	}
}
