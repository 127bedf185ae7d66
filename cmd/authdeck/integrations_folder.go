package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"authdeck/connections"
	"authdeck/integrations/flowrunner"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// addFolder adds a FlowRunner service, or all that lie in a folder.
func (a *app) addFolder(ctx context.Context, svc *connections.Service, dir, name string, copied bool) error {
	dirs, one := flowrunner.ServicesIn(dir)
	switch {
	case len(dirs) == 0:
		return &connections.Error{
			Kind: connections.KindUsage, Message: safetext.Line(dir, 200) + " is no FlowRunner service and holds none",
			Hint: "a service is a folder with src/index.js",
		}
	case one:
		return a.addService(ctx, svc, dir, name, copied)
	case copied:
		return usage("--copy takes one service at a time")
	case name == "":
		name = flowrunner.ID(dir)
	case !validID.MatchString(name):
		return usage("a name is 1 to 64 of a-z, 0-9 and -")
	}
	if err := a.freeFolder(ctx, name, dir); err != nil {
		return err
	}
	for _, d := range dirs {
		if flowrunner.ID(d) == name {
			return usage("%s is a service in that folder: choose another --name for the folder", name)
		}
		if err := a.free(ctx, svc, flowrunner.ID(d)); err != nil {
			return err
		}
	}
	if err := a.store.PutSetting(ctx, servicesSection, name, dir); err != nil {
		return err
	}
	if a.json {
		list, err := svc.Integrations(ctx)
		rows := []integrationJSON{}
		for _, v := range list {
			if filepath.Dir(v.Origin) == dir {
				rows = append(rows, integrationRow(v))
			}
		}
		return errors.Join(err, a.printJSON(rows))
	}
	a.note("added %s as %s; next: authdeck integrations list", services(len(dirs)), name)
	return nil
}

// freeFolder fails if another folder was added under that name: its services would be gone.
func (a *app) freeFolder(ctx context.Context, name, dir string) error {
	all, err := a.linked(ctx, servicesSection)
	if err != nil {
		return err
	}
	if before, ok := all[name]; ok && before != dir {
		return &connections.Error{
			Kind: connections.KindNameTaken, Message: fmt.Sprintf("there is a folder %q already: %s", name, safetext.Line(before, 200)),
			Hint: "choose another --name, or remove it first: authdeck integrations remove " + name,
		}
	}
	return nil
}

func services(n int) string {
	if n == 1 {
		return "1 service"
	}
	return strconv.Itoa(n) + " services"
}

func (a *app) addService(ctx context.Context, svc *connections.Service, dir, name string, copied bool) error {
	if name == "" {
		name = flowrunner.ID(dir)
	}
	if !validID.MatchString(name) {
		return usage("a name is 1 to 64 of a-z, 0-9 and -")
	}
	if _, err := a.flowrunnerHost().Open(ctx, dir); err != nil {
		return &connections.Error{
			Kind: connections.KindUsage, Message: safetext.Line(err.Error(), 300),
			Hint: "nothing was added; `authdeck integrations lint` says more", Err: err,
		}
	}
	if err := a.free(ctx, svc, name); err != nil {
		return err
	}
	var err error
	if copied {
		err = a.copyService(dir, name)
	} else {
		err = a.store.PutSetting(ctx, servicesSection, name, dir)
	}
	if err != nil {
		return err
	}
	return a.changed(ctx, svc, name, "added")
}

// copyService takes a copy of a service to where the manifests lie, whole or not at all.
func (a *app) copyService(dir, name string) error {
	if err := os.MkdirAll(a.manifestDir(), 0o700); err != nil {
		return fmt.Errorf("make the folder of manifests: %w", err)
	}
	temp, err := os.MkdirTemp(a.manifestDir(), ".new-*")
	if err != nil {
		return fmt.Errorf("copy the service: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err == nil {
		err = errors.Join(os.CopyFS(temp, withoutGit{root.FS()}), root.Close())
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(a.manifestDir(), name))
	}
	if err != nil {
		return fmt.Errorf("copy the service: %w", errors.Join(err, os.RemoveAll(temp)))
	}
	return nil
}

// withoutGit is a folder without its version control and without links.
type withoutGit struct{ fs.FS }

func (w withoutGit) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(w.FS, name)
	kept := list[:0]
	for _, e := range list {
		if e.Name() != ".git" && e.Type()&fs.ModeSymlink == 0 { // a link may lead out of the folder
			kept = append(kept, e)
		}
	}
	return kept, err
}

// forgetCollection takes back the link to a folder of services; done is false if there is none of that name.
func (a *app) forgetCollection(ctx context.Context, name string) (done bool, err error) {
	var dir string
	switch err := a.store.Setting(ctx, servicesSection, name, &dir); {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	rows, err := a.store.List(ctx)
	if err != nil {
		return false, err
	}
	dirs, _ := flowrunner.ServicesIn(dir)
	for _, d := range dirs {
		for _, r := range rows {
			if r.Integration == flowrunner.ID(d) {
				return false, &connections.Error{
					Kind: connections.KindFailed, Message: fmt.Sprintf("connections of %s are kept", flowrunner.ID(d)),
					Hint: "revoke or remove them first: authdeck list",
				}
			}
		}
	}
	if err := a.store.PutSetting(ctx, servicesSection, name, nil); err != nil {
		return false, err
	}
	if a.json {
		return true, a.printJSON(map[string]string{"removed": name})
	}
	a.note("%s is forgotten, with %s in it", name, services(len(dirs)))
	return true, nil
}
