package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/integrations/flowrunner/scaffold"
	"authdeck/integrations/manifest"
)

var validID = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

func (a *app) integrationsNewCmd() *cobra.Command {
	var kind, title, icon string
	cmd := &cobra.Command{
		Use: "new NAME --kind manifest|flowrunner", Short: "Writes a working template: name, icon, the three operations, an action",
		Long: `Writes a manifest, NAME.yaml, or the folder of a FlowRunner service, NAME/: the three operations, two actions, a
dictionary, an icon and a test. Both work against "authdeck demo --serve" as they are. At a terminal the title and
the icon of a service are asked for where they are not given.`,
		Example: `  authdeck integrations new acme --kind manifest --title "Acme billing"
  authdeck integrations new acme --kind flowrunner --title "Acme billing" --icon logo.svg
  authdeck integrations add ./acme`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			switch {
			case kind != "manifest" && kind != "flowrunner":
				return usage("--kind is manifest or flowrunner")
			case !validID.MatchString(name):
				return usage("a name is 1 to 64 of a-z, 0-9 and -")
			case kind == "flowrunner":
				return a.newService(cmd.Context(), name, newService{
					title: title, icon: icon, ask: a.interactive() && !a.json,
					titled: cmd.Flags().Changed("title"), pictured: cmd.Flags().Changed("icon"),
				})
			case icon != "":
				return usage("--icon is for --kind flowrunner; a manifest names a character, under its key icon")
			}
			return a.newManifest(name, title)
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "manifest", "manifest or flowrunner")
	cmd.Flags().StringVar(&title, "title", "", "name that people see")
	cmd.Flags().StringVar(&icon, "icon", "", "icon of a service: a PNG, JPEG, WebP or SVG file of at most 256 KiB")
	return cmd
}

// writeManifest writes a page to a file that must not be there yet.
func writeManifest(path string, page []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a manifest holds no secret and is meant to be shared
	if errors.Is(err, os.ErrExist) {
		return isThere(path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(page)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func (a *app) newManifest(name, title string) error {
	if title == "" {
		title = name
	}
	path := name + ".yaml"
	if err := writeManifest(path, manifest.Template(name, title)); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]string{"file": path})
	}
	a.note("wrote %s; next: authdeck integrations add ./%s", path, path)
	return nil
}

func isThere(path string) error {
	return &connections.Error{Kind: connections.KindFailed, Message: path + " is there already; it was left as it is", Hint: "choose another name"}
}

// newService is what is known of a service before it is written.
type newService struct {
	title, icon      string
	titled, pictured bool // they were given
	ask              bool
}

func (a *app) newService(ctx context.Context, name string, o newService) error {
	if _, err := os.Lstat(name); err == nil {
		return isThere(name)
	}
	service := scaffold.Options{Name: name, Title: o.title}
	if o.icon != "" {
		picture, err := scaffold.ReadIcon(o.icon)
		if err != nil {
			return usage("--icon: %s", err)
		}
		service.Icon = picture
	}
	if o.ask && (!o.titled || !o.pictured) {
		if err := a.askService(ctx, &service, o); err != nil {
			return err
		}
	}
	files, err := scaffold.Files(service)
	if err != nil {
		return usage("%s", err)
	}
	switch err := scaffold.Write(name, files); {
	case errors.Is(err, fs.ErrExist):
		return isThere(name)
	case err != nil:
		return err
	}
	if a.json {
		written := struct {
			Folder string   `json:"folder"`
			Files  []string `json:"files"`
		}{Folder: name}
		for _, f := range files {
			written.Files = append(written.Files, name+"/"+f.Path)
		}
		return a.printJSON(written)
	}
	for _, f := range files {
		a.note("wrote %s", filepath.Join(name, filepath.FromSlash(f.Path)))
	}
	a.note("next: authdeck integrations add ./%s", name)
	return nil
}

// askService asks a person for the title and the icon, as long as they are wrong, three times at most.
func (a *app) askService(ctx context.Context, service *scaffold.Options, o newService) error {
	tty, err := openTerminal()
	if err != nil {
		return nil // nobody can be asked: the defaults are good
	}
	defer func() { _ = tty.Close() }()
	ask := func(question string, take func(string) error) error {
		for tries := 1; ; tries++ {
			_, _ = fmt.Fprint(tty, question)
			line, err := readLine(ctx, tty)
			if err != nil {
				return fmt.Errorf("ask for the new service: %w", err)
			}
			err = take(strings.TrimSpace(line))
			if err == nil {
				return nil
			}
			if tries == 3 {
				return usage("%s", err)
			}
			_, _ = fmt.Fprintf(tty, "%s; again, please\n", err)
		}
	}
	if !o.titled {
		err = ask("Name that people see ["+service.Name+"]: ", func(title string) error {
			service.Title = title
			if title == "" {
				return nil
			}
			return scaffold.CheckTitle(title)
		})
	}
	if err == nil && !o.pictured {
		err = ask("Icon, a PNG, JPEG, WebP or SVG file [one is drawn]: ", func(path string) (err error) {
			if path == "" {
				return nil
			}
			service.Icon, err = scaffold.ReadIcon(path)
			return err
		})
	}
	return err
}
