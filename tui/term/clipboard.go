package term

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// copyTime bounds a clipboard helper.
const copyTime = 2 * time.Second

// Helper is a program that fills the clipboard of the desktop, beside OSC 52.
type Helper struct {
	Name  string
	args  []string
	clear []string // args that empty the clipboard; nil: copy an empty text
}

// FindHelper returns the helper of this desktop, nil where there is none: over ssh the clipboard is that of the other
// machine, so only OSC 52 can reach it.
func FindHelper(goos string, getenv func(string) string) *Helper {
	if getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "" {
		return nil
	}
	var list []Helper
	switch goos {
	case "darwin":
		list = []Helper{{Name: "pbcopy"}}
	case "windows":
		list = []Helper{{Name: "clip"}}
	default:
		if getenv("WAYLAND_DISPLAY") != "" {
			list = append(list, Helper{Name: "wl-copy", clear: []string{"--clear"}})
		}
		if getenv("DISPLAY") != "" {
			list = append(list, Helper{Name: "xclip", args: []string{"-selection", "clipboard"}}, Helper{Name: "xsel", args: []string{"--clipboard", "--input"}})
		}
	}
	for _, h := range list {
		if _, err := exec.LookPath(h.Name); err == nil {
			return &h
		}
	}
	return nil
}

// Copy fills the clipboard; "" empties it. The text goes in by stdin, so that no process list shows it.
func (h *Helper) Copy(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, copyTime)
	defer cancel()
	args := h.args
	if text == "" && h.clear != nil {
		args = h.clear
	}
	cmd := exec.CommandContext(ctx, h.Name, args...) //nolint:gosec // one of the names above
	cmd.Stdin = strings.NewReader(text)
	cmd.WaitDelay = copyTime
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("copy by %s: %w", h.Name, err)
	}
	return nil
}
