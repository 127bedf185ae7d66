package term

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Editor opens a text in the user's editor. It is what tea.Exec runs: the text lies in a file that only its owner can read, in a
// folder of its own, and is gone afterwards.
type Editor struct {
	command []string
	text    string
	ext     string

	in       io.Reader
	out, err io.Writer
}

// ErrNoEditor is where none is named and the usual ones are not there.
var ErrNoEditor = errors.New("no editor was found: set EDITOR to one")

// NewEditor finds the editor: $VISUAL, $EDITOR, else one of the usual ones.
func NewEditor(getenv func(string) string, text, ext string) (*Editor, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		words := strings.Fields(getenv(name))
		if len(words) == 0 {
			continue
		}
		if _, err := exec.LookPath(words[0]); err != nil {
			return nil, fmt.Errorf("%s names an editor that is not there: %w", name, err)
		}
		return &Editor{command: words, text: text, ext: ext}, nil
	}
	for _, name := range []string{"sensible-editor", "nano", "vi", "notepad.exe"} {
		if path, err := exec.LookPath(name); err == nil {
			return &Editor{command: []string{path}, text: text, ext: ext}, nil
		}
	}
	return nil, ErrNoEditor
}

// Text is what was written; the text of before until the editor has ended well.
func (e *Editor) Text() string { return e.text }

// SetStdin sets the terminal.
func (e *Editor) SetStdin(r io.Reader) { e.in = r }

// SetStdout sets the terminal.
func (e *Editor) SetStdout(w io.Writer) { e.out = w }

// SetStderr sets the terminal.
func (e *Editor) SetStderr(w io.Writer) { e.err = w }

// maxEdited bounds what is read back, in bytes.
const maxEdited = 4 << 20

// Run opens the editor and waits for it.
func (e *Editor) Run() (err error) {
	dir, err := os.MkdirTemp("", "authdeck-")
	if err != nil {
		return fmt.Errorf("make a folder for the text: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "value"+e.ext)
	if err := os.WriteFile(file, []byte(e.text), 0o600); err != nil {
		return fmt.Errorf("write the text: %w", err)
	}
	cmd := exec.Command(e.command[0], append(e.command[1:len(e.command):len(e.command)], file)...) //nolint:gosec,noctx // the user's own editor, which ends when the user says so
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.in, e.out, e.err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(e.command[0]), err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("read the text: %w", err)
	}
	if info.Size() > maxEdited {
		return errors.New("the text is larger than 4 MB")
	}
	text, err := os.ReadFile(file) //nolint:gosec // made above
	if err != nil {
		return fmt.Errorf("read the text: %w", err)
	}
	e.text = string(text)
	return nil
}
