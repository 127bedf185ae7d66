package browser

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// machine is an invented environment.
type machine struct {
	goos     string
	env      map[string]string
	files    []string
	programs []string
	failing  []string // programs whose start fails
	ran      *[][]string
}

func (m machine) environment() Environment {
	return Environment{
		GOOS:   m.goos,
		Getenv: func(k string) string { return m.env[k] },
		Exists: func(p string) bool { return slices.Contains(m.files, p) },
		LookPath: func(name string) (string, error) {
			if slices.Contains(m.programs, name) {
				return "/usr/bin/" + name, nil
			}
			return "", exec.ErrNotFound
		},
		Command: func(_ context.Context, name string, args ...string) error {
			*m.ran = append(*m.ran, append([]string{name}, args...))
			if slices.Contains(m.failing, name) {
				return errFailed
			}
			return nil
		},
		System: func(_ context.Context, address string) error {
			*m.ran = append(*m.ran, []string{"system call", address})
			return nil
		},
	}
}

func TestN10_WhatIsStarted(t *testing.T) {
	const u = "https://as.example/"
	desktop := map[string]string{"DISPLAY": ":0"}
	ssh := map[string]string{"SSH_CONNECTION": "192.0.2.7 50000 192.0.2.9 22"}
	with := func(base map[string]string, kv ...string) map[string]string {
		out := map[string]string{}
		for k, v := range base {
			out[k] = v
		}
		for i := 0; i < len(kv); i += 2 {
			out[kv[i]] = kv[i+1]
		}
		return out
	}
	xdg := []string{"xdg-open"}
	open := [][]string{{"xdg-open", u}}
	for _, c := range []struct {
		name   string
		m      machine
		choice string
		want   [][]string
		err    error
		why    string // in Available
	}{
		{"X11", machine{goos: "linux", env: desktop, programs: xdg}, "", open, nil, ""},
		{"Wayland", machine{goos: "linux", env: with(nil, "WAYLAND_DISPLAY", "wayland-0"), programs: xdg}, "", open, nil, ""},
		{"BSD", machine{goos: "freebsd", env: desktop, programs: xdg}, "", open, nil, ""},
		{"no xdg-open", machine{goos: "linux", env: desktop, programs: []string{"x-www-browser"}}, "", [][]string{{"x-www-browser", u}}, nil, ""},
		{"xdg-open fails", machine{goos: "linux", env: desktop, programs: []string{"xdg-open", "x-www-browser"}, failing: xdg}, "", [][]string{{"xdg-open", u}, {"x-www-browser", u}}, nil, ""},
		{"all fail", machine{goos: "linux", env: desktop, programs: xdg, failing: xdg}, "", open, errFailed, ""},
		{"a text browser is none", machine{goos: "linux", env: desktop, programs: []string{"www-browser"}}, "", nil, ErrHeadless, "no program"},
		{"macOS", machine{goos: "darwin"}, "", [][]string{{"system call", u}}, nil, ""},
		{"Windows", machine{goos: "windows"}, "", [][]string{{"system call", u}}, nil, ""},
		{"WSL", machine{goos: "linux", env: with(nil, "WSL_DISTRO_NAME", "Debian"), programs: []string{"rundll32.exe", "xdg-open"}}, "", [][]string{{"rundll32.exe", "url.dll,FileProtocolHandler", u}}, nil, ""},
		{"WSL by its file", machine{goos: "linux", files: []string{"/proc/sys/fs/binfmt_misc/WSLInterop"}, programs: []string{"wslview", "rundll32.exe"}}, "", [][]string{{"wslview", u}}, nil, ""},

		{"no display", machine{goos: "linux", programs: xdg}, "", nil, ErrHeadless, "no display"},
		{"docker", machine{goos: "linux", files: []string{"/.dockerenv"}, programs: xdg}, "", nil, ErrHeadless, "container"},
		{"podman", machine{goos: "linux", files: []string{"/run/.containerenv"}, programs: xdg}, "", nil, ErrHeadless, "container"},
		{"container with a display", machine{goos: "linux", env: desktop, files: []string{"/run/.containerenv"}, programs: xdg}, "", open, nil, ""},
		{"ssh", machine{goos: "linux", env: ssh, programs: xdg}, "", nil, ErrHeadless, "ssh"},
		{"ssh by its terminal", machine{goos: "linux", env: with(nil, "SSH_TTY", "/dev/pts/0"), programs: xdg}, "", nil, ErrHeadless, "ssh"},
		{"ssh to a desktop's own screen", machine{goos: "linux", env: with(ssh, "DISPLAY", ":0"), programs: xdg}, "", nil, ErrHeadless, "ssh"},
		{"ssh to a desktop's Wayland", machine{goos: "linux", env: with(ssh, "WAYLAND_DISPLAY", "wayland-0"), programs: xdg}, "", nil, ErrHeadless, "ssh"},
		{"ssh -X", machine{goos: "linux", env: with(ssh, "DISPLAY", "localhost:10.0"), programs: xdg}, "", open, nil, ""},
		{"ssh into WSL", machine{goos: "linux", env: with(ssh, "WSL_DISTRO_NAME", "Debian"), programs: []string{"wslview"}}, "", nil, ErrHeadless, "ssh"},
		{"ssh to macOS", machine{goos: "darwin", env: ssh}, "", nil, ErrHeadless, "ssh"},
		{"ssh to Windows", machine{goos: "windows", env: ssh}, "", nil, ErrHeadless, "ssh"},

		{"none", machine{goos: "linux", env: desktop, programs: xdg}, "none", nil, ErrHeadless, "none"},
		{"CMD", machine{goos: "linux", env: desktop, programs: []string{"firefox", "xdg-open"}}, "firefox", [][]string{{"firefox", u}}, nil, ""},
		{"CMD beats headless", machine{goos: "linux", env: ssh, programs: []string{"firefox"}}, "firefox", [][]string{{"firefox", u}}, nil, ""},
		{"CMD beats $BROWSER", machine{goos: "linux", env: with(desktop, "BROWSER", "w3m"), programs: []string{"firefox", "w3m"}}, "firefox", [][]string{{"firefox", u}}, nil, ""},
		{"CMD with arguments", machine{goos: "linux", programs: []string{"firefox"}}, " firefox  -P work --new-window ", [][]string{{"firefox", "-P", "work", "--new-window", u}}, nil, ""},
		{"CMD with a place for it", machine{goos: "linux", programs: []string{"x"}}, "x %s --y", [][]string{{"x", u, "--y"}}, nil, ""},
		{"CMD with spaces in its name", machine{goos: "darwin", programs: []string{"/Apps/My Browser"}}, "/Apps/My Browser", [][]string{{"/Apps/My Browser", u}}, nil, ""},
		{"CMD is no shell line", machine{goos: "linux", programs: []string{"sh"}}, "sh;id", nil, exec.ErrNotFound, "not found"},
		{"CMD that is not there", machine{goos: "linux", env: desktop, programs: xdg}, "nope", nil, exec.ErrNotFound, "not found"},
		{"CMD that is a flag", machine{goos: "linux", env: desktop, programs: []string{"-x"}}, "-x", nil, exec.ErrNotFound, "not found"},
		{"CMD fails", machine{goos: "linux", env: desktop, programs: []string{"a", "xdg-open"}, failing: []string{"a"}}, "a", [][]string{{"a", u}}, errFailed, ""},
		{"$BROWSER", machine{goos: "linux", env: with(desktop, "BROWSER", "firefox"), programs: []string{"firefox", "xdg-open"}}, "", [][]string{{"firefox", u}}, nil, ""},
		{"$BROWSER beats headless", machine{goos: "linux", env: with(ssh, "BROWSER", "firefox"), programs: []string{"firefox"}}, "", [][]string{{"firefox", u}}, nil, ""},
		{"$BROWSER is a list", machine{goos: "linux", env: with(nil, "BROWSER", "nope:a:b -x"), programs: []string{"a", "b"}, failing: []string{"a"}}, "", [][]string{{"a", u}, {"b", "-x", u}}, nil, ""},
		{"$BROWSER on Windows", machine{goos: "windows", env: with(nil, "BROWSER", `C:\b.exe;x`), programs: []string{`C:\b.exe`}}, "", [][]string{{`C:\b.exe`, u}}, nil, ""},
		{"$BROWSER is none", machine{goos: "linux", env: with(desktop, "BROWSER", "none"), programs: xdg}, "", nil, ErrHeadless, "none"},
		{"$BROWSER is not there", machine{goos: "linux", env: with(desktop, "BROWSER", "nope"), programs: xdg}, "", nil, exec.ErrNotFound, "not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ran [][]string
			c.m.ran = &ran
			o := New(c.m.environment())
			ok, why := o.Available(c.choice)
			if ok != (c.why == "") || !strings.Contains(why, c.why) {
				t.Errorf("Available = %v, %q; want %q in it", ok, why, c.why)
			}
			if ran != nil {
				t.Errorf("Available ran %v", ran)
			}
			if err := o.Open(t.Context(), u, c.choice); !errors.Is(err, c.err) {
				t.Errorf("Open = %v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, ran); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSSHLine(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"USER": "ada"}, ""},
		{map[string]string{"USER": "ada", "SSH_CONNECTION": "192.0.2.7 50000 192.0.2.9 22"}, "ssh -L 53682:127.0.0.1:53682 ada@192.0.2.9"},
		{map[string]string{"USER": "ada", "SSH_CONNECTION": "192.0.2.7 50000 192.0.2.9 2222"}, "ssh -L 53682:127.0.0.1:53682 -p 2222 ada@192.0.2.9"},
		{map[string]string{"LOGNAME": "ada", "SSH_CONNECTION": "2001:db8::7 50000 2001:db8::9 22"}, "ssh -L 53682:127.0.0.1:53682 ada@2001:db8::9"},
		{map[string]string{"USER": "ada", "SSH_TTY": "/dev/pts/0"}, "ssh -L 53682:127.0.0.1:53682 ada@HOST"},
		{map[string]string{"USER": "$(id)", "SSH_CONNECTION": "a b $(id) 22;id"}, "ssh -L 53682:127.0.0.1:53682 USER@HOST"},
		{map[string]string{"USER": "-x", "SSH_CONNECTION": "a b\n"}, "ssh -L 53682:127.0.0.1:53682 USER@HOST"},
	} {
		e := machine{goos: "linux", env: c.env}.environment()
		if got := SSHLine(e, 53682); got != c.want {
			t.Errorf("%v: %q, want %q", c.env, got, c.want)
		}
	}
}
