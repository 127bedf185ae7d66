package screen

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/term"
	"authdeck/tui/theme"
)

// Screen fills the space between the header and the footer. Its methods are called by the model's goroutine only.
type Screen interface {
	// Title is the crumb: "google-work", "integrations".
	Title() string
	// Init starts what the screen needs when it comes to the top; it may return nil.
	Init() tea.Cmd
	// Update takes every message that concerns the screen: its own results, and keys that no dialog took. It does no I/O.
	// handled false lets the shell use a key (esc, q, ?, tab, 1–4).
	Update(msg tea.Msg) (cmd tea.Cmd, handled bool)
	// View draws exactly height lines of exactly width cells.
	View(width, height int) string
	// Keys are the bindings in force now, in the order of the footer.
	Keys() []keys.Binding
	// Close ends what the screen started (its context).
	Close()
}

// Dialog lies over a screen and takes all keys while it is on top.
type Dialog interface {
	// Init, Update and Close as for a Screen. A dialog closes itself by Shell.CloseDialog.
	Init() tea.Cmd
	Update(msg tea.Msg) tea.Cmd
	// View draws the box, at most width × height; its size is its own.
	View(width, height int) string
	Keys() []keys.Binding
	// Busy says why ctrl+c asks first ("a sign-in is waiting"), "" if it need not.
	Busy() string
	Close()
}

// Animated is what a Screen or Dialog is too if it shows a countdown: the shell then ticks it (Tick messages) as often as
// asked, aligned to the wall second; 0 = not now.
type Animated interface{ Every() time.Duration }

// Typing is what a Screen is too if it has fields: TakesText says that letters go into one now, so that the shell's own keys
// are neither shown nor taken.
type Typing interface{ TakesText() bool }

// Urgent is what a Screen is too if esc ends something there at times: Urgent says that it does now, so that it takes no error away first.
type Urgent interface{ Urgent() bool }

// Tick is sent by the one clock of the shell.
type Tick struct{ Now time.Time }

// StoreChanged is sent when connections or their history changed on disk, coalesced; Rows are read anew already.
type StoreChanged struct{ Rows []Row }

// SourcesSaved is sent when files of integrations were saved.
type SourcesSaved struct{}

// Rehearsal is what the three operations of an integration would make of a connection. Its texts are safe.
type Rehearsal struct{ Situations []RehearsedSituation }

// RehearsedSituation is one row of it, and what stands below while it is chosen.
type RehearsedSituation struct {
	Name, About           string
	SignIn, Refresh, Then string
	SignedIn, Works       bool // after the sign-in; after the refresh
	Faults                int  // of the service's own
	Facts                 []RehearsedFact
}

// RehearsedFact is a name and a text.
type RehearsedFact struct {
	Name, Text string
	Bad        bool
}

// ToastKind chooses glyph and colour.
type ToastKind int

// The kinds of toasts; an error stays until esc.
const (
	ToastOK ToastKind = iota
	ToastInfo
	ToastWarn
	ToastError
)

// Note is a message that any command may return: the shell toasts it, whether the screen that started the command is still
// there or not. Text must be safe.
type Note struct {
	Kind ToastKind
	Text string
}

// Shell is what screens and dialogs may ask of the root model. Called from Update only.
type Shell interface {
	Push(Screen) tea.Cmd // opens a screen over this one
	Pop() tea.Cmd        // back
	Open(Dialog) tea.Cmd
	CloseDialog() tea.Cmd
	ShowConnection(name string) tea.Cmd // goes to the connections tab with the cursor on it
	Toast(kind ToastKind, text string) tea.Cmd
	// Copy puts text on the clipboard by OSC 52 (and a native helper where there is one) and toasts what and how.
	Copy(what, text string, secret bool) tea.Cmd
	// PrintPlain leaves the alternate screen, prints text on lines of its own, waits for enter and comes back.
	PrintPlain(text string) tea.Cmd
}

// Env is given to each screen and dialog when it is made.
type Env struct {
	Ctx    context.Context // ends with the program
	Deck   Deck
	Theme  *theme.Theme
	Shell  Shell
	Now    func() time.Time // wall
	Motion bool             // false: --reduce-motion, bars become text
	// CtrlEnter: the terminal tells ctrl+enter from enter; not all do, so ctrl+j is the same everywhere.
	CtrlEnter bool
	// Play plays the browser by real HTTP: the demo's; nil elsewhere.
	Play func(ctx context.Context, authorizeURL string) error
	// OpenPage opens a page of a provider (a console, documents) in the user's browser, by the choice of Browser; nil where
	// there is none.
	OpenPage func(ctx context.Context, address string) error
	// Rehearse plays an integration's operations without any network; nil where nobody can.
	Rehearse func(ctx context.Context, id string) (Rehearsal, error)
	// Edit makes the command that opens a text in the user's editor, and what gives the text once it has run; ext is the ending of
	// the file's name. nil where there is no editor.
	Edit func(text, ext string) (cmd tea.ExecCommand, result func() string, err error)
	// Stamp is another one after a file was saved of the integration that comes from there, "" for what is no file. It looks at the
	// disk; nil where nobody can.
	Stamp func(origin string) string
	// Complete gives the paths that begin with a prefix; CheckPath says what is wrong with the path of a file, "" if nothing.
	// Both look at the disk, which may hang: only commands call them.
	Complete  func(prefix string) []string
	CheckPath func(path string) string
	StoreLine string // where the store lies and what its key is, for the first-run screen
	Browser   string // --browser of the program: "", "none" or a command
	Notices   *Notices
}

// HandIn are the keys that hand a form in from any field, the one to be named first.
func (e *Env) HandIn() []string {
	if e.CtrlEnter {
		return []string{"ctrl+enter", "ctrl+j"}
	}
	return []string{"ctrl+j", "ctrl+enter"}
}

// Notices is how the terminal calls the user; the Settings tab changes it.
type Notices struct {
	Kind term.Notice
	Save func(ctx context.Context, n term.Notice) error // nil: the choice holds until the end of the program
}
