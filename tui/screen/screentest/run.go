package screentest

import (
	"reflect"
	"sync"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"
)

// Loop is what Bubble Tea does with commands, inside a synctest bubble: each runs in a goroutine of its own, and Settle
// hands their answers to Update until nothing more comes without time passing. Wait at the end of the test.
type Loop struct {
	Update func(tea.Msg) tea.Cmd

	mu  sync.Mutex
	in  []tea.Msg
	all sync.WaitGroup
}

// Do runs a command and all it is made of.
func (l *Loop) Do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	l.all.Go(func() {
		msg := cmd()
		if msg == nil {
			return
		}
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() {
				if c, ok := v.Index(i).Interface().(tea.Cmd); ok {
					l.Do(c)
				}
			}
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.in = append(l.in, msg)
	})
}

// Send gives Update a message, and settles.
func (l *Loop) Send(msg tea.Msg) {
	l.Do(l.Update(msg))
	l.Settle()
}

// Press sends keys by their names.
func (l *Loop) Press(names ...string) {
	for _, n := range names {
		l.Send(Key(n))
	}
}

// Type sends each character as a key.
func (l *Loop) Type(text string) {
	for _, r := range text {
		if r == ' ' {
			l.Press("space")
			continue
		}
		l.Press(string(r))
	}
}

// Settle hands out what came until nothing more does.
func (l *Loop) Settle() {
	for {
		synctest.Wait()
		l.mu.Lock()
		in := l.in
		l.in = nil
		l.mu.Unlock()
		if len(in) == 0 {
			return
		}
		for _, m := range in {
			l.Do(l.Update(m))
		}
	}
}

// Wait returns when every command has ended.
func (l *Loop) Wait() { l.all.Wait() }
