package action

import (
	tea "charm.land/bubbletea/v2"

	"authdeck/tui/keys"
	"authdeck/tui/screen"
	"authdeck/tui/ui"
)

// The stable names of the bindings.
const (
	idOpen    = "action.open"
	idFilter  = "action.filter"
	idClear   = "action.filter.clear"
	idRun     = "action.run"
	idRunAny  = "action.run.now"
	idNext    = "action.next"
	idPrev    = "action.previous"
	idTurn    = "action.turn"
	idChoose  = "action.choose"
	idEditor  = "action.editor"
	idSaved   = "action.saved"
	idBack    = "action.back"
	idHalt    = "action.cancel"
	idAgain   = "action.again"
	idEdit    = "action.edit"
	idTabs    = "action.tabs"
	idTabBack = "action.tabs.back"
	idMore    = "action.page.next"
	idAll     = "action.page.all"
	idTable   = "action.table"
	idJQ      = "action.jq"
	idCopy    = "action.copy"
	idPath    = "action.copy.path"
	idCurl    = "action.copy.curl"
	idReveal  = "action.reveal"
	idSave    = "action.save"
	idSample  = "action.sample"
	idScopes  = "action.scopes"
	idUse     = "action.use"
	idWatch   = "action.watch"
	idMoves   = "action.moves"
)

func bind(id, label, help string, footer bool, k ...string) keys.Binding {
	return keys.Binding{ID: id, Keys: k, Label: label, Help: help, Footer: footer}
}

// off is a binding that cannot be used now where why is not "".
func off(b keys.Binding, why string) keys.Binding {
	b.Off = why
	if why != "" {
		b.Footer = false
	}
	return b
}

// Keys are the bindings in force now.
func (s *Screen) Keys() []keys.Binding {
	switch {
	case !s.loaded:
		return nil
	case s.running:
		return []keys.Binding{bind(idHalt, "cancel", "stops waiting for the answer; no further request is sent", true, "esc")}
	case s.pane == picking:
		return s.pickKeys()
	case s.pane == filling:
		return s.formKeys()
	}
	return s.answerKeys()
}

func (s *Screen) pickKeys() []keys.Binding {
	list := []keys.Binding{bind(idOpen, "open", "opens the action; nothing is sent yet", true, "enter")}
	if s.filter.Typing() {
		return append(list, bind(idClear, "clear", "takes the filter off", true, "esc"))
	}
	list = append(list, bind(idFilter, "filter", "narrows the list while you type", true, "/"))
	if s.filter.Text() != "" {
		list = append(list, bind(idClear, "all", "takes the filter off", true, "esc"))
	}
	return append(list, bind(idMoves, "move", "goes through the list", false, "j", "k", "down", "up", "g", "G", "home", "end", "ctrl+d", "ctrl+u", "pgdown", "pgup"))
}

func (s *Screen) formKeys() []keys.Binding {
	at := s.form.Focus()
	var list []keys.Binding
	_, picks := s.picks()
	empty := picks && s.form.Value(s.form.Name(at)) == ""
	switch {
	case s.form.TakesEnter(): // a new line, or what is open
	case empty:
		list = append(list, bind(idChoose, "choose", "looks the choices up at the provider", true, "enter", "ctrl+o"))
	case at >= s.lastParam():
		list = append(list, bind(idRun, "run", "runs the action", true, "enter"))
	default:
		list = append(list, bind(idNext, "next", "goes to the next field", true, "enter"))
	}
	if picks && !empty {
		list = append(list, bind(idChoose, "choose", "looks the choices up at the provider", true, "ctrl+o"))
	}
	area := s.form.TakesEnter() && !s.form.Open()
	list = append(list,
		bind(idNext, "next", "goes to the next field, or to the answer", s.form.TakesEnter(), "tab", "down"),
		bind(idRunAny, "run", "runs the action from any field", at < s.lastParam() || area, s.env.HandIn()...),
		bind(idPrev, "previous", "goes to the field before", false, "shift+tab", "up"),
	)
	if s.form.Turns() {
		list = append(list, bind(idTurn, "change", "goes through the choices", true, "space", "left", "right"))
	}
	return append(list,
		bind(idSaved, "presets", "shows presets and past runs: fill the form, run again, keep the present values", true, "ctrl+p"),
		bind(idEditor, "editor", "opens the field in $EDITOR", area, "ctrl+x"),
		bind(idBack, "actions", "goes back to the actions", true, "esc"),
	)
}

func (s *Screen) answerKeys() []keys.Binding {
	a := s.answer
	list := []keys.Binding{bind(idAgain, "run again", "runs it once more with the same values", true, "r")}
	if len(a.scopes) > 0 {
		list = append(list, bind(idScopes, "ask for it", "signs in again in place with the missing scope; the grant stays if you say no", true, "s"))
	}
	if a.res.Next != "" {
		list = append(list,
			bind(idMore, "next page", "asks for the next page", true, "m"),
			bind(idAll, "all pages", "asks for all pages and joins them", false, "M"),
		)
	}
	list = append(list, bind(idEdit, "edit", "goes back to the parameters", true, "e", "esc", "tab"))
	why := func(ok bool, what string) string {
		if ok {
			return ""
		}
		return what
	}
	const elsewhere = "this is not the result"
	onJSON, onList := why(a.tree != nil, "this is no JSON"), why(a.table != nil && a.part == nil, "this is no list")
	if a.tab != tabResult {
		onJSON, onList = elsewhere, elsewhere
	}
	list = append(list,
		bind(idTabs, "tabs", "goes to result, requests, console and comparison", true, "]"),
		bind(idTabBack, "tab before", "goes there the other way round", false, "["),
		off(bind(idTable, a.otherView(), "shows the list as a table, or as a tree again", a.table != nil, "t"), onList),
		off(bind(idJQ, "jq", "filters the result by a jq expression", true, "f"), onJSON),
		off(bind(idCopy, "copy", "copies the value under the cursor, or the whole of what is shown", true, "y"), why(a.shown() != nil && !a.binary(), a.noCopy())),
		off(bind(idPath, "copy path", "copies the path of the value under the cursor", false, "Y"), why(a.path() != "", "there is no path here")),
		off(bind(idCurl, "curl", "copies the request as a curl line, its secrets as shell variables", a.tab == tabRequests, "c"), why(a.tab == tabRequests && len(a.res.Exchanges) > 0, "no request is chosen")),
		off(bind(idReveal, "reveal", "shows the secrets of the requests for 10 s", a.tab == tabRequests, "v"), why(a.tab == tabRequests && len(a.res.Exchanges) > 0, "there are no requests in sight")),
		off(bind(idSample, "sample", "compares with the sample result, or with the run before", a.tab == tabCompare, "x"), why(a.tab == tabCompare && (a.sample != nil || s.asksSample()), "there is no sample to compare with")),
		off(bind(idSave, "save", "saves the result to a file", a.binary(), "S"), why(len(a.whole()) > 0, "there is no result")),
		off(bind(idUse, "use", "fills another action's parameters with the value under the cursor", false, "u"), onJSON),
		bind(idSaved, "presets", "shows presets and past runs", false, "p", "ctrl+p"),
		off(bind(idWatch, "watch", "runs again whenever the service's or manifest's file is saved", false, "W"), why(s.stamp != "", "it has no file here that could be saved")),
	)
	return append(list, bind(idMoves, "move", "moves; l and h unfold and fold, enter opens, / finds, n and N go on, w wraps", false, "j", "k", "h", "l", "/", "n", "N", "w"))
}

// asksSample: the action's own code makes a sample result, and there is a result to hold against it.
func (s *Screen) asksSample() bool { return s.picked.SampleFrom != "" && s.answer.comparable() }

// lastParam is the index of the last parameter's field; the dry run stands below it. Enter on it runs, so that an action
// of one parameter is: enter, text, enter.
func (s *Screen) lastParam() int { return s.form.Len() - 2 }

func (s *Screen) key(k tea.KeyPressMsg) (tea.Cmd, bool) {
	switch {
	case !s.loaded:
		return nil, false
	case s.running:
		if k.String() == "esc" {
			return nil, s.halt()
		}
		return nil, false
	case s.pane == picking:
		return s.pickKey(k)
	case s.pane == filling:
		return s.fillKey(k)
	}
	return s.answerKey(k)
}

// pressed finds the binding of a key and does it. A key held down runs nothing twice.
func (s *Screen) pressed(k tea.KeyPressMsg, list []keys.Binding) (tea.Cmd, bool) {
	b, ok := keys.Find(list, k)
	switch {
	case !ok || b.ID == idMoves || b.ID == idTurn:
		return nil, false
	case k.IsRepeat && (b.ID == idOpen || b.ID == idRun || b.ID == idRunAny || b.ID == idAgain || b.ID == idMore || b.ID == idAll || b.ID == idChoose):
		return nil, true
	case b.Off != "":
		return s.env.Shell.Toast(screen.ToastWarn, b.Label+": "+b.Off), true
	}
	return s.do(b.ID), true
}

func (s *Screen) pickKey(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if s.filter.Typing() && k.String() != "enter" {
		used, changed := s.filter.Key(k)
		if changed {
			s.narrow()
		}
		if used {
			return nil, true
		}
	}
	if cmd, ok := s.pressed(k, s.pickKeys()); ok {
		return cmd, true
	}
	return nil, s.move(k.String())
}

func (s *Screen) fillKey(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if name := k.String(); name != "ctrl+x" && name != "ctrl+p" && s.form.Key(k) {
		return s.changed(), true
	}
	if cmd, ok := s.pressed(k, s.formKeys()); ok {
		return cmd, true
	}
	if _, picks := s.picks(); picks && k.Text != "" {
		return s.choose(k.Text), true // a letter on what can only be chosen
	}
	return nil, k.Text != ""
}

func (s *Screen) answerKey(k tea.KeyPressMsg) (tea.Cmd, bool) {
	a := s.answer
	w := a.shown()
	inner := a.typing() || a.tab == tabRequests && a.requests.InDetail() && (k.String() == "esc" || k.String() == "[" || k.String() == "]" || k.String() == "tab" || k.String() == "shift+tab")
	if inner && w != nil && w.Key(keyName(k)) {
		return s.working(), true
	}
	if cmd, ok := s.pressed(k, s.answerKeys()); ok {
		return cmd, true
	}
	if k.String() == "esc" {
		return nil, false
	}
	if w != nil && w.Key(keyName(k)) {
		return s.working(), true
	}
	return nil, false
}

// keyName is a key as the widgets have it: typed text as it is.
func keyName(k tea.KeyPressMsg) string {
	if k.Text != "" && k.Text != " " {
		return k.Text
	}
	return k.String()
}

// pickPage is how far a page leads in the list of actions.
const pickPage = 10

// move moves in the list of actions.
func (s *Screen) move(k string) bool {
	to, used := ui.Move(k, s.cursor, pickPage, len(s.shown))
	if used {
		s.cursor = max(0, min(to, len(s.shown)-1))
	}
	return used
}
