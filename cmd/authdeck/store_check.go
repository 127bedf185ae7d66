package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/store"
)

func (a *app) storeCheckCmd() *cobra.Command {
	var restore bool
	var copyName string
	cmd := &cobra.Command{
		Use: "check", Short: "Reads the whole store, and its copies, and says what is wrong",
		Long: `Reads every page and unseals every record of the store and of its copies. Exit 6 if something is wrong.

--restore puts the newest sound copy in the place of a damaged store, or the one that --copy names; the damaged file is
kept beside it. Tokens that were refreshed after the copy was made may need a new sign-in. A sound store is left as it is, unless
--copy names what to go back to.`,
		Example: "  authdeck store check\n  authdeck store check --restore",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if restore {
				return a.restore(cmd, copyName)
			}
			st, err := a.existingStore(ctx)
			if err != nil {
				return err
			}
			r, err := st.Check(ctx)
			if err != nil {
				return err
			}
			if a.json {
				if err := a.printJSON(r); err != nil {
					return err
				}
			} else {
				a.fields("connections", fmt.Sprint(r.Connections), "records", fmt.Sprint(r.Records), "copies", fmt.Sprint(len(r.Copies)))
				for _, p := range r.Problems {
					a.printf("problem: %s\n", p)
				}
			}
			if len(r.Problems) > 0 {
				return &connections.Error{
					Kind: connections.KindStore, Message: "found " + count(len(r.Problems), "problem"),
					Hint: "authdeck store check --restore puts the newest sound copy in place", Err: store.ErrDamaged,
				}
			}
			a.note("the store is sound")
			return nil
		},
	}
	cmd.Flags().BoolVar(&restore, "restore", false, "put a copy in the place of the store")
	cmd.Flags().StringVar(&copyName, "copy", "", "with --restore: the copy to take, a file name")
	return cmd
}

func (a *app) restore(cmd *cobra.Command, copyName string) error {
	keys, err := a.keys()
	if err != nil {
		return err
	}
	r, err := store.Restore(cmd.Context(), a.data(), a.storeOptions(keys...), copyName)
	if errors.Is(err, store.ErrSound) {
		if a.json {
			return a.printJSON(map[string]bool{"restored": false})
		}
		a.note("the store is sound: nothing was restored; to go back: --copy FILE")
		return nil
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	a.note("restored the copy of %s with %s; the file that was there is %s",
		r.Copy.Time.Local().Format(time.DateTime), count(r.Connections, "connection"), r.Kept)
	a.note("a connection that was refreshed since then may need a new sign-in; it says so")
	return nil
}

func (a *app) storeCompactCmd() *cobra.Command {
	return &cobra.Command{
		Use: "compact", Short: "Writes the store anew without its free pages",
		Example: "  authdeck store compact",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, err := a.existingStore(cmd.Context())
			if err != nil {
				return err
			}
			r, err := st.Compact(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(r)
			}
			a.note("%s before, %s now, room for the answers of refreshes included", store.SizeWords(r.Before), store.SizeWords(r.After))
			return nil
		},
	}
}
