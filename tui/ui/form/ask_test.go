package form

import "testing"

// TestLateAnswers: an answer about a path that does not stand there any more changes nothing, and no key looks at the disk itself.
func TestLateAnswers(t *testing.T) {
	looks := 0
	w := world()
	path, complete := w.Path, w.Complete
	w.Path = func(p string) string { looks++; return path(p) }
	w.Complete = func(p string) []string { looks++; return complete(p) }
	f := NewIn(w, []Field{{Name: "x", Kind: File}, {Name: "y"}})
	f.SetFocus(0)
	f.Key(keyOf("/"))
	f.Key(keyOf("ctrl+o"))
	f.Key(keyOf("x"))
	f.SetFocus(1)
	if !f.CheckAll() || looks != 0 {
		t.Fatalf("%d looks without a command", looks)
	}
	asks := f.Asks()
	if len(asks) != 2 || f.Asks() != nil {
		t.Fatalf("%d questions", len(asks))
	}
	f.Take(asks[0].Do())
	if f.Open() || f.Value("x") != "/x" {
		t.Errorf("completed %q", f.Value("x"))
	}
	late := asks[1].Do()
	f.SetValues(map[string]string{"x": "/y"})
	f.Take(late)
	if p := f.find("x").problem; p != "" {
		t.Errorf("%q stands at another path", p)
	}
	f.SetValues(map[string]string{"x": "/x"})
	f.Take(late)
	if p := f.find("x").problem; p != "there is no such file" || looks != 2 {
		t.Errorf("%q after %d looks", p, looks)
	}
}
