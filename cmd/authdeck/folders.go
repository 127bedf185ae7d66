package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// data is the folder of the store: --data-dir, AUTHDECK_DATA_DIR, else the system's place for an application's data.
func (a *app) data() string {
	if a.dataDir != "" {
		return a.dataDir
	}
	if d := a.getenv("AUTHDECK_DATA_DIR"); d != "" {
		return d
	}
	return filepath.Join(a.base("XDG_DATA_HOME", ".local/share"), "authdeck")
}

// manifestDir is where a user's manifests lie: beside the store if the data folder was named, else with the configuration.
func (a *app) manifestDir() string {
	if a.dataDir != "" || a.getenv("AUTHDECK_DATA_DIR") != "" {
		return filepath.Join(a.data(), "integrations")
	}
	return filepath.Join(a.configDir(), "integrations")
}

func (a *app) configDir() string {
	return filepath.Join(a.base("XDG_CONFIG_HOME", ".config"), "authdeck")
}

// base returns the folder that the XDG variable names, or this system's own convention.
func (a *app) base(variable, fallback string) string {
	if d := a.getenv(variable); filepath.IsAbs(d) {
		return d
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Application Support")
	case "windows":
		if d, err := os.UserConfigDir(); err == nil {
			return d
		}
	}
	return filepath.Join(home, filepath.FromSlash(fallback))
}
