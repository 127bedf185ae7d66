package login

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/screen/setup"
)

// The stable names of the bindings.
const (
	idCopy   = "login.copy"
	idPrint  = "login.print"
	idPaste  = "login.paste"
	idOpen   = "login.open"
	idSSH    = "login.ssh"
	idPlay   = "login.play"
	idSetup  = "login.setup"
	idAgain  = "login.again"
	idOther  = "login.other"
	idCancel = "login.cancel"
	idHand   = "login.paste.take"
	idLeave  = "login.paste.leave"
	idHelp   = "login.help"
	idSteps  = "login.help.leave"
)

func bind(id, key, label, help string) keys.Binding {
	return keys.Binding{ID: id, Keys: []string{key}, Label: label, Help: help, Footer: true}
}

// Keys are the bindings in force now. Where letters go into a field there is no help: its two keys stand beside it.
func (d *Dialog) Keys() []keys.Binding {
	switch {
	case d.helping:
		back := bind(idSteps, "esc", "back", "goes back to the sign-in")
		back.Keys = []string{"esc", "?", "enter", "q"}
		return []keys.Binding{back}
	case d.phase == waiting && d.paste != nil:
		return d.actions()
	}
	help := bind(idHelp, "?", "keys", "shows these keys")
	help.Common = true
	return append(d.actions(), help)
}

// actions are the bindings in force while help is not shown.
func (d *Dialog) actions() []keys.Binding {
	cancel := bind(idCancel, "esc", "cancel", "stops the sign-in; nothing listens any more")
	switch {
	case d.phase == failed:
		return d.failedKeys()
	case d.phase != waiting:
		return []keys.Binding{cancel}
	case d.paste != nil:
		return []keys.Binding{
			bind(idHand, "enter", "take it", "hands in the pasted address"),
			bind(idLeave, "esc", "back", "closes the field; the sign-in goes on waiting"),
		}
	case d.taken:
		return []keys.Binding{cancel}
	}
	var list []keys.Binding
	if d.canPlay() {
		list = append(list, bind(idPlay, "b", "play browser", "plays the browser here, by real HTTP (the demo only)"))
	}
	list = append(list,
		bind(idCopy, "u", "copy URL", "copies the address at which you sign in"),
		bind(idPrint, "P", "print it", "leaves the screen and prints the address on one line, where copying does not work"),
		bind(idPaste, "p", "paste", "takes the address the browser ended on, from a browser on another machine"),
	)
	if d.facts.ssh != "" {
		list = append(list, bind(idSSH, "c", "copy ssh line", "copies the line that forwards the port to this machine"))
	}
	if d.browser != browserNone && d.browser != browserPlaying {
		list = append(list, bind(idOpen, "o", "open again", "opens the browser once more"))
	}
	if d.canSetUp() {
		list = append(list, bind(idSetup, "s", "set-up", "stops here and shows the steps of the set-up again"))
	}
	return append(list, cancel)
}

func (d *Dialog) failedKeys() []keys.Binding {
	closes := bind(idCancel, "esc", "close", "closes the dialog")
	again := bind(idAgain, "r", "try again", "starts the sign-in anew")
	if d.failure.other && d.known {
		again.Keys = []string{"enter", "r"}
		return []keys.Binding{again, bind(idOther, "n", "new connection", "signs in anew and keeps it as a connection of its own"), closes}
	}
	if !d.canSetUp() || d.failure.port {
		again.Keys = []string{"enter", "r"}
		return []keys.Binding{again, closes}
	}
	setUp := bind(idSetup, "s", "set-up", "shows the steps of the set-up again")
	if d.failure.setup {
		setUp.Keys = []string{"enter", "s"}
		return []keys.Binding{setUp, again, closes}
	}
	again.Keys = []string{"enter", "r"}
	return []keys.Binding{again, setUp, closes}
}

func (d *Dialog) canPlay() bool {
	return d.env.Play != nil && d.info.Kind == integrations.KindDemo && d.browser != browserPlaying
}

// canSetUp: there is something to set up, and it is known of what.
func (d *Dialog) canSetUp() bool {
	return d.known && (d.info.NeedsID || d.info.OwnClient || len(d.info.Inputs) > 0)
}

func (d *Dialog) key(k tea.KeyPressMsg) tea.Cmd {
	d.now = d.env.Now()
	for _, b := range d.Keys() {
		if b.Is(k) {
			if k.IsRepeat && k.String() == "enter" {
				return nil // a key held down must not start one try after the other
			}
			return d.do(b.ID)
		}
	}
	if d.paste != nil && !d.paste.busy {
		d.paste.key(k)
	}
	return nil
}

func (d *Dialog) do(id string) tea.Cmd {
	sh := d.env.Shell
	switch id {
	case idCopy:
		return sh.Copy("sign-in URL", d.facts.url, false)
	case idPrint:
		return sh.PrintPlain(d.printed())
	case idPaste:
		d.paste = &pasteField{}
	case idOpen:
		d.browser, d.trouble = browserOpening, ""
		return d.open()
	case idSSH:
		return sh.Copy("ssh line", d.facts.ssh, false)
	case idPlay:
		d.browser, d.trouble = browserPlaying, ""
		return d.play()
	case idSetup:
		return d.setUp()
	case idAgain:
		return d.again()
	case idOther:
		d.req = connections.LoginRequest{Integration: d.info.ID, Browser: d.env.Browser}
		return d.again()
	case idCancel:
		return d.stop()
	case idHand:
		return d.takePaste()
	case idHelp, idSteps:
		d.helping = id == idHelp
	case idLeave:
		d.paste.clear()
		d.paste = nil
	}
	return nil
}

// stop closes the dialog.
func (d *Dialog) stop() tea.Cmd {
	wasWaiting := d.phase == starting || d.phase == waiting
	d.Close()
	sh := d.env.Shell
	if !wasWaiting {
		return sh.CloseDialog()
	}
	return tea.Batch(sh.CloseDialog(), sh.Toast(screen.ToastInfo, "sign-in canceled, nothing listens any more"))
}

// setUp goes to the set-up, at the step that failed, and comes back with the same request.
func (d *Dialog) setUp() tea.Cmd {
	env, req, f, id := d.env, d.req, d.failure, d.info.ID
	d.Close()
	next := func() tea.Cmd { return env.Shell.Open(New(env, req)) }
	return tea.Batch(env.Shell.CloseDialog(), env.Shell.Push(setup.At(env, id, f.at, f.message, next)))
}

// pasted takes what the terminal pasted: always into the field, never as keys. It opens the field where it is closed.
func (d *Dialog) pasted(text string) {
	if d.phase != waiting || d.taken {
		return
	}
	d.helping = false
	if d.paste == nil {
		d.paste = &pasteField{}
	}
	if !d.paste.busy {
		d.paste.add(text)
	}
}

func (d *Dialog) takePaste() tea.Cmd {
	if d.paste.busy {
		return nil
	}
	if d.paste.text == "" {
		d.paste.problem = "paste the whole address from the browser's address bar"
		return nil
	}
	d.paste.busy, d.paste.problem = true, ""
	return d.hand(d.paste.text)
}

// printed is what P prints: each on a line of its own, nothing around it.
func (d *Dialog) printed() string {
	s := d.facts.url
	if d.facts.ssh != "" {
		s = d.facts.ssh + "\n\n" + s
	}
	return s
}
