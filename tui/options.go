package tui

import (
	"context"
	"io"
	"time"

	"authdeck/tui/screen"
	"authdeck/tui/term"
)

// Options are what the UI works with. Deck and Now are required.
type Options struct {
	Deck screen.Deck
	Now  func() time.Time // wall

	Colour bool // false: NO_COLOR
	ASCII  bool
	Motion bool // false: --reduce-motion
	Light  bool // the background until the terminal has said what it is

	StoreLine string // where the store lies and what its key is
	Browser   string // --browser: "", "none" or a command
	// Play plays the browser by real HTTP: the demo's; nil elsewhere.
	Play func(ctx context.Context, authorizeURL string) error
	// OpenPage opens a provider's page in the user's browser; nil where there is none.
	OpenPage func(ctx context.Context, address string) error
	// Rehearse plays an integration's operations without any network; nil where nobody can.
	Rehearse func(ctx context.Context, id string) (screen.Rehearsal, error)
	// Sources signals after files of integrations were saved, until its context ends; nil: nobody looks.
	Sources func(ctx context.Context) (<-chan struct{}, error)
	// Stamp is another one after a file was saved of the integration that comes from there, "" for what is no file; nil: nobody looks.
	Stamp func(origin string) string
	// Keep is the keeper; it runs while the UI does, until its context ends. nil: none.
	Keep func(ctx context.Context) error
	// Notice is how the terminal calls the user, "" the bell; SaveNotice keeps another choice, nil keeps none.
	Notice     term.Notice
	SaveNotice func(ctx context.Context, n term.Notice) error
	// Editor opens texts in the user's editor; nil where there is none.
	Editor func(text, ext string) (*term.Editor, error)
	// Clipboard is the desktop's clipboard helper, nil for OSC 52 only.
	Clipboard *term.Helper

	// Input and Output are the terminal's; nil: stdin and stdout.
	Input  io.Reader
	Output io.Writer
}
