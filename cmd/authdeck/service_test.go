package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"authdeck/internal/testserver"
)

// TestSystemdUnit: systemd itself finds nothing to say about the unit in docs, and what watch promises stands in it.
func TestSystemdUnit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/systemd/authdeck.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := string(text)
	for _, line := range []string{
		"Type=notify", "ExecStart=authdeck watch", "Restart=on-failure", "NoNewPrivileges=yes", "TimeoutStopSec=80",
		"RestartPreventExitStatus=2 6", "WantedBy=default.target",
	} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit has no line %q", line)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		testserver.Missing(t, "systemd-analyze (package systemd)")
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	verify := func(unit string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "authdeck.service")
		unit = strings.ReplaceAll(unit, "ExecStart=authdeck ", "ExecStart="+path+" ")
		if err := os.WriteFile(file, []byte(unit), 0o600); err != nil {
			t.Fatal(err)
		}
		runtime := t.TempDir()
		if err := os.Chmod(runtime, 0o700); err != nil { //nolint:gosec // a folder
			t.Fatal(err)
		}
		cmd := exec.Command(analyze, "verify", "--user", "--man=no", file)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+runtime, "SYSTEMD_COLORS=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return string(out) + err.Error()
		}
		return string(out)
	}
	if out := verify(unit); out != "" {
		t.Errorf("systemd-analyze verify says:\n%s", out)
	}
	// The optional lines hold too, and the check itself sees a wrong one.
	optional := strings.ReplaceAll(strings.ReplaceAll(unit, "#Environment=", "Environment="), "#ExecStart=", "ExecStart=")
	if out := verify(optional); out != "" || optional == unit {
		t.Errorf("systemd-analyze verify says of the optional lines:\n%s", out)
	}
	if out := verify(strings.Replace(unit, "NoNewPrivileges", "NoNewPrivilege", 1)); out == "" {
		t.Error("systemd-analyze verify finds nothing wrong with an unknown setting")
	}
}

// TestLaunchdPlist: the file in docs is a property list with the keys that watch relies on.
func TestLaunchdPlist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/launchd/authdeck.watch.plist")
	if err != nil {
		t.Fatal(err)
	}
	got, err := readPlist(string(text))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"Label": "authdeck.watch", "ProgramArguments": []any{"/usr/local/bin/authdeck", "watch"}, "RunAtLoad": true,
		"KeepAlive": map[string]any{"SuccessfulExit": false}, "ThrottleInterval": "30", "ExitTimeOut": "80",
		"ProcessType": "Background", "Umask": "63",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%v\nwant\n%v", got, want)
	}
	if _, err := readPlist(strings.Replace(string(text), "<true/>", "", 1)); err == nil {
		t.Error("a key without a value is not seen")
	}
}

// readPlist reads the one dictionary of a property list; numbers come as text.
func readPlist(text string) (any, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "dict" {
			v, err := plistValue(d, e)
			if err != nil {
				return nil, err
			}
			for { // to the end: what follows has to be well formed too
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					return v, nil
				} else if err != nil {
					return nil, err
				}
			}
		}
	}
}

func plistValue(d *xml.Decoder, e xml.StartElement) (any, error) {
	switch e.Name.Local {
	case "true", "false":
		return e.Name.Local == "true", d.Skip()
	case "dict":
		list, err := plistChildren(d)
		if err != nil {
			return nil, err
		}
		dict := map[string]any{}
		for i := 0; i < len(list); i += 2 {
			key, ok := list[i].(plistKey)
			if !ok || i+1 == len(list) {
				return nil, errors.New("a dictionary is not made of pairs")
			}
			if _, second := list[i+1].(plistKey); second {
				return nil, errors.New("a key has no value: " + string(key))
			}
			dict[string(key)] = list[i+1]
		}
		return dict, nil
	case "array":
		return plistChildren(d)
	case "key":
		var s string
		err := d.DecodeElement(&s, &e)
		return plistKey(s), err
	}
	var s string
	err := d.DecodeElement(&s, &e)
	return s, err
}

type plistKey string

func plistChildren(d *xml.Decoder) ([]any, error) {
	var list []any
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			v, err := plistValue(d, e)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		case xml.EndElement:
			return list, nil
		}
	}
}
