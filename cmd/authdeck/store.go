package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/store"
)

func (a *app) storeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "The sealed store: where it lies, what opens it, whether it is sound",
		Example: "  authdeck store status\n  authdeck store unlock --for 8h",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.storeStatusCmd(), a.storeCheckCmd(), a.storeCompactCmd(),
		a.storeSlotsCmd(), a.storeKeyFileCmd(), a.storePassphraseCmd(), a.storeRekeyCmd(),
		a.storeUnlockCmd(), a.storeLockCmd(),
	)
	for _, verb := range cmd.Commands() {
		run := verb.RunE
		verb.RunE = func(cmd *cobra.Command, args []string) error { return storeFailure(run(cmd, args)) }
	}
	return cmd
}

func (a *app) storeStatusCmd() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Where the store lies, its size, and what opens it",
		Example: "  authdeck store status --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := a.existingStore(cmd.Context())
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
			a.fields("path", s.Path, "format", fmt.Sprint(s.Format), "connections", fmt.Sprint(s.Connections),
				"unlocked by", s.UnlockedBy.Words(), "key slots", s.SlotWords(),
				"size", s.SizeWords(),
				"last copy", store.TimeWords(s.LastCopy, time.Local), "last backup", store.TimeWords(s.LastBackup, time.Local))
			return nil
		},
	}
}

// existingStore opens the store for verbs that tend to it and must not make one.
func (a *app) existingStore(ctx context.Context) (*store.Bolt, error) {
	if err := a.needStore(); err != nil {
		return nil, err
	}
	return a.openBolt(ctx)
}

// needStore fails where there is no store.
func (a *app) needStore() error {
	there, err := store.Exists(a.data())
	if err != nil {
		return err
	}
	if !there {
		if copies, err := store.Copies(a.data()); err == nil && len(copies) > 0 {
			return &connections.Error{
				Kind: connections.KindStore, Message: "the store in " + a.data() + " is gone, and copies of it are there",
				Hint: "authdeck store check --restore puts the newest sound one in place", Err: store.ErrDamaged,
			}
		}
		return &connections.Error{
			Kind: connections.KindStore, Message: "there is no store in " + a.data() + " yet",
			Hint: "authdeck login makes one, or: authdeck store key-file FILE", Err: store.ErrNoKey,
		}
	}
	return nil
}
