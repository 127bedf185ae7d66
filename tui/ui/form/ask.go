package form

// Ask is a question about a path that only a look at the disk answers. A disk may be slow, or hang: the screen lets a command
// [Ask.Do] it.
type Ask struct {
	of   *field
	text string
	look func() Answer
}

// Answer is what came of an [Ask].
type Answer struct {
	ask     Ask
	paths   []string
	problem string
}

// Do looks. It takes as long as the disk does, and may be called from any goroutine.
func (a Ask) Do() Answer {
	answer := a.look()
	answer.ask = a
	return answer
}

// Asks are the questions that came up since it was last called.
func (f *Form) Asks() []Ask {
	list := f.env.asks
	f.env.asks = nil
	return list
}

// Take takes an answer: the paths that were asked for with ctrl+o, or what is wrong with a path that was left. One that comes
// late, when another text stands there, is dropped.
func (f *Form) Take(a Answer) {
	x := a.ask.of
	w, ok := x.w.(*file)
	if !ok || x.value() != a.ask.text {
		return
	}
	if a.paths == nil {
		if x.problem == "" {
			x.problem = a.problem
		}
		return
	}
	if x == f.focused() {
		f.then(x, w.offer(a.paths))
	}
}
