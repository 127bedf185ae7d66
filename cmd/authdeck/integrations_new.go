package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations/manifest"
)

var validID = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

func (a *app) integrationsNewCmd() *cobra.Command {
	var kind, title string
	cmd := &cobra.Command{
		Use: "new NAME --kind manifest", Short: "Writes a working template: name, icon, the three operations, an action",
		Example: "  authdeck integrations new acme --kind manifest --title \"Acme billing\"\n  authdeck integrations add ./acme.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			switch kind {
			case "manifest":
			case "flowrunner":
				return notBuilt("integrations new --kind flowrunner")
			default:
				return usage("--kind is manifest or flowrunner")
			}
			if !validID.MatchString(args[0]) {
				return usage("a name is 1 to 64 of a-z, 0-9 and -")
			}
			if title == "" {
				title = args[0]
			}
			path := args[0] + ".yaml"
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a manifest holds no secret and is meant to be shared
			if errors.Is(err, os.ErrExist) {
				return &connections.Error{Kind: connections.KindFailed, Message: path + " is there already; it was left as it is", Hint: "choose another name"}
			}
			if err != nil {
				return fmt.Errorf("write %s: %w", path, err)
			}
			_, err = f.Write(manifest.Template(args[0], title))
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("write %s: %w", path, err)
			}
			if a.json {
				return a.printJSON(map[string]string{"file": path})
			}
			a.note("wrote %s; next: authdeck integrations add ./%s", path, path)
			return nil
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "manifest", "manifest (flowrunner is not built yet)")
	cmd.Flags().StringVar(&title, "title", "", "name that people see")
	return cmd
}
