package action

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/tui/screen"
	"authdeck/tui/ui/form"
)

// open opens the form of the action under the cursor, on its first field.
func (s *Screen) open() tea.Cmd {
	if s.cursor >= len(s.shown) {
		return nil
	}
	a := s.actions[s.shown[s.cursor]]
	if s.filter.Typing() { // it was a way to get there
		s.filter.Clear()
		s.narrow()
	}
	return s.openAction(a)
}

func (s *Screen) openNamed(name string) tea.Cmd {
	for i, a := range s.actions {
		if a.Name == name {
			s.cursor = max(0, slices.Index(s.shown, i))
			return s.openAction(a)
		}
	}
	return s.env.Shell.Toast(screen.ToastWarn, safe(s.conn)+" has no action "+safe(name))
}

// openAction makes the form of an action; that of the one that was open is still there, with what was typed.
func (s *Screen) openAction(a integrations.Action) tea.Cmd {
	if s.form != nil && s.picked.Name == a.Name && s.carried == nil {
		s.pane = filling
		return nil
	}
	s.pane, s.answer = filling, nil
	s.make(a)
	if s.carried != nil {
		s.form.SetValues(carry(a, s.carried))
		s.carried = nil
	}
	s.form.SetFocus(0)
	return s.changed()
}

// carry are the parameters that a result fills: of an object the members that are called as they are, else the first parameter.
func carry(a integrations.Action, result json.RawMessage) map[string]string {
	values := map[string]string{}
	var object map[string]any
	d := json.NewDecoder(strings.NewReader(string(result)))
	d.UseNumber()
	if d.Decode(&object) == nil && object != nil {
		for _, p := range a.Params {
			if v, ok := object[p.Name]; ok && v != nil {
				values[p.Name] = integrations.TextOf(v)
			}
		}
		if len(values) > 0 || len(a.Params) != 1 {
			return values
		}
	}
	if len(a.Params) == 0 {
		return values
	}
	to := a.Params[0]
	for _, p := range a.Params {
		if p.Required {
			to = p
			break
		}
	}
	var v any
	d = json.NewDecoder(strings.NewReader(string(result)))
	d.UseNumber()
	if d.Decode(&v) == nil {
		values[to.Name] = integrations.TextOf(v)
	}
	return values
}

// reopen makes the form of the picked action anew after its page or code was saved, with the values that it had. One whose action is
// as it was stays as it is.
func (s *Screen) reopen() tea.Cmd {
	if s.form == nil {
		return nil
	}
	i := slices.IndexFunc(s.actions, func(a integrations.Action) bool { return a.Name == s.picked.Name })
	if i < 0 {
		s.pane, s.form, s.answer = picking, nil, nil
		return s.env.Shell.Toast(screen.ToastWarn, "the action "+safe(s.picked.Name)+" is gone")
	}
	var cmd tea.Cmd
	if shape := shapeOf(s.actions[i]); shape != s.shape {
		values, at := s.form.Values(), s.form.Focus()
		s.make(s.actions[i])
		s.form.SetValues(values)
		s.form.SetFocus(min(at, s.form.Len()-1))
		cmd = s.changed()
	}
	if s.again {
		s.again = false
		return tea.Batch(cmd, s.runSaved())
	}
	return cmd
}

// make makes the form of an action.
func (s *Screen) make(a integrations.Action) {
	s.picked, s.shape, s.members, s.unloaded = a, shapeOf(a), map[string]string{}, ""
	s.form = form.NewIn(form.Env{Now: s.env.Now, Complete: s.env.Complete, Path: s.env.CheckPath}, fields(a))
}

// shapeOf tells an action whose form is another one from one whose form is the same.
func shapeOf(a integrations.Action) string {
	a.Sample, a.Description = nil, ""
	raw, err := json.Marshal(a)
	if err != nil {
		return ""
	}
	return string(raw)
}

// param finds the parameter of a field of the form, a member of a group by its path.
func (s *Screen) param(path string) (integrations.Param, bool) {
	list := s.picked.Params
	for {
		i, rest := within(list, path)
		switch {
		case i < 0:
			return integrations.Param{}, false
		case rest == "":
			return list[i], true
		}
		path, list = rest, list[i].Members
	}
}

// within finds the parameter where a path begins, and the rest of it below that one, without the number of an element; -1 if there
// is none.
func within(params []integrations.Param, path string) (i int, rest string) {
	i = slices.IndexFunc(params, func(p integrations.Param) bool { return p.Name == path })
	if i >= 0 {
		return i, ""
	}
	i = slices.IndexFunc(params, func(p integrations.Param) bool { return strings.HasPrefix(path, p.Name+".") })
	if i < 0 {
		return -1, ""
	}
	rest = path[len(params[i].Name)+1:]
	if n, member, ok := strings.Cut(rest, "."); ok && isNumber(n) {
		rest = member // an element of a list
	}
	return i, rest
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// criteria are the values of the fields that the one at path depends on; with the path "" they are those of the whole form.
func (s *Screen) criteria(path string, dependsOn []string) map[string]any {
	out := map[string]any{}
	for _, name := range dependsOn {
		at := name
		if path != "" {
			at = s.form.Near(path, name)
		}
		text := s.form.Value(at)
		if text == "" {
			continue
		}
		out[name] = text
		if v, ok := integrations.JSONOf(s.form.Picked(at)); ok {
			out[name] = v
		} else if of, ok := s.param(at); ok {
			if v, ok := connections.Value(of, text); ok && v != nil {
				out[name] = v
			}
		}
	}
	return out
}

// changed follows what was typed: what was cleared is said, and the fields of a group are asked for once they can be.
func (s *Screen) changed() tea.Cmd {
	cmds := s.asks()
	if list := s.form.Cleared(); len(list) > 0 {
		cmds = append(cmds, s.env.Shell.Toast(screen.ToastInfo, "cleared, since it depends on what changed: "+safe(strings.Join(list, ", "))))
	}
	at := s.form.Focus()
	if at < 0 {
		return tea.Batch(cmds...)
	}
	path := s.form.Name(at)
	if s.unloaded != "" && s.unloaded != path { // coming back to it asks again
		delete(s.members, s.unloaded)
		s.unloaded = ""
	}
	p, ok := s.param(path)
	if !ok || p.Fields == "" || len(s.form.Waits(path)) > 0 {
		return tea.Batch(cmds...)
	}
	criteria := s.criteria(path, p.DependsOn)
	raw, err := json.Marshal(criteria)
	if err != nil || s.members[path] == string(raw) {
		return tea.Batch(cmds...)
	}
	s.members[path] = string(raw)
	return tea.Batch(append(cmds, s.askMembers(path, p, criteria, string(raw)))...)
}

func (s *Screen) takeMembers(m fieldsMsg) {
	if s.form == nil || s.form != m.of || s.members[m.path] != m.criteria {
		return // of another form, or of other criteria by now
	}
	if m.err != nil || len(m.params) == 0 {
		s.form.SetMembers(m.path, nil) // a JSON editor serves
		if m.err != nil {
			s.unloaded = m.path
			s.form.Problem(m.path, "its fields could not be loaded: "+plain(m.err))
		}
		return
	}
	s.picked.Params = withMembers(s.picked.Params, m.path, m.params)
	s.form.SetMembers(m.path, fieldsOf(m.params))
}

// withMembers is a list of parameters in which the one at path has members. Those that the screen was given stay as they are.
func withMembers(params []integrations.Param, path string, members []integrations.Param) []integrations.Param {
	i, rest := within(params, path)
	if i < 0 {
		return params
	}
	params = slices.Clone(params)
	if rest == "" {
		params[i].Members = members
	} else {
		params[i].Members = withMembers(params[i].Members, rest, members)
	}
	return params
}

// picks reports whether the field with the focus is chosen from a dictionary, and which.
func (s *Screen) picks() (integrations.Param, bool) {
	at := s.form.Focus()
	if at < 0 || s.form.Kind(at) != form.Pick {
		return integrations.Param{}, false
	}
	p, ok := s.param(s.form.Name(at))
	return p, ok && p.Dictionary != ""
}

// fill puts the values of a preset or of a past run into the form.
func (s *Screen) fill(params map[string]any, texts map[string]string) tea.Cmd {
	values := map[string]string{}
	for name, v := range params {
		values[name] = integrations.TextOf(v)
	}
	maps.Copy(values, texts)
	unknown := s.form.SetValues(values)
	for name, v := range params { // what was picked keeps its type
		if _, typed := texts[name]; !typed {
			s.form.SetPicked(name, picked(v, ""))
		}
	}
	s.pane = filling
	cmd := s.changed()
	if len(unknown) > 0 {
		return tea.Batch(cmd, s.env.Shell.Toast(screen.ToastWarn, "the action has no "+safe(strings.Join(unknown, ", "))+" any more"))
	}
	return cmd
}

// revealTime is how long secrets stay in sight.
const revealTime = 10 * time.Second
