package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// manCmd writes the manual from the same source as --help. It is for packagers, so help does not list it.
func (a *app) manCmd() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Writes the manual pages into a folder", Hidden: true,
		Example: "  authdeck man /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // pages are for everybody
				return fmt.Errorf("make the folder: %w", err)
			}
			for _, c := range documented(cmd.Root()) {
				path := filepath.Join(dir, manName(c)+".1")
				if err := os.WriteFile(path, []byte(manPage(c)), 0o644); err != nil { //nolint:gosec // likewise
					return fmt.Errorf("write a manual page: %w", err)
				}
				if a.json {
					if err := a.printLine(map[string]string{"page": path}); err != nil {
						return err
					}
				} else {
					a.printf("%s\n", path)
				}
			}
			return nil
		},
	}
}

// documented are a command and all below it that help lists, parents first.
func documented(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, documented(sub)...)
		}
	}
	return list
}

// manName is the page of a command: "authdeck-store-status".
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is one page, in man(7).
func manPage(c *cobra.Command) string {
	p := &page{}
	c.InitDefaultHelpFlag()
	c.InitDefaultVersionFlag()
	p.request("TH", strings.ToUpper(manName(c)), "1", "", "authdeck", "authdeck manual")
	p.request("nh")
	p.request("SH", "NAME")
	p.text(manName(c) + " - " + lowerFirst(c.Short))
	p.request("SH", "SYNOPSIS")
	p.bold(c.UseLine())
	if c.HasAvailableSubCommands() {
		p.request("br")
		p.bold(c.CommandPath() + " COMMAND")
	}
	p.request("SH", "DESCRIPTION")
	long := c.Long
	if long == "" {
		long = c.Short + "."
	}
	p.block(long)
	p.flags("OPTIONS", c.NonInheritedFlags().FlagUsages())
	p.flags("OPTIONS OF EVERY COMMAND", c.InheritedFlags().FlagUsages())
	p.commands(c)
	if c.Example != "" {
		p.request("SH", "EXAMPLES")
		p.verbatim(c.Example)
	}
	p.exitStatus()
	p.environment()
	p.seeAlso(c)
	return p.b.String()
}

func lowerFirst(s string) string {
	if len(s) > 1 && strings.ToLower(s[1:2]) == s[1:2] {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
