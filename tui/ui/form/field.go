package form

import "time"

// Kind is how a field is filled in.
type Kind int

// The kinds. All but Group and List have a text as their value, which [Form.Value] gives.
const (
	Text     Kind = iota // one line
	Number               // text that must be a JSON number; + and - go by Step
	JSON                 // an editor of a JSON value
	Toggle               // "true" or "false"
	Choice               // one of Options; also none of them if the field is not required
	Lines                // text of several lines
	Code                 // the same with line numbers; Language is in its head
	Check                // "true", "false" or "" (not set)
	Multi                // some of Options; the value is a JSON array, "" if none is chosen
	Date                 // "2026-11-25"
	DateTime             // typed as "2026-11-25 14:30" in the zone of the Env, handed over as RFC 3339
	File                 // a path, or what else the Env takes for one
	Pick                 // a value that the screen lets choose elsewhere; with Multiple a JSON array of them
	Group                // Members; the value is the JSON object of those that have one
	List                 // elements of Members; the value is a JSON array of objects
)

// Option is one choice.
type Option struct {
	Value, Label string
	JSON         string // the value as it stands in the array of a Multi, or in the object of a Group; "": Value as a JSON string
}

// Field is what a field is made from. Its texts must be safe already; Value need not be.
type Field struct {
	Name, Label, Hint string
	Kind              Kind
	Options           []Option
	Value             string // what stands in it at first
	Required, Secret  bool
	// Kept says that a value is stored already which the form does not know (a secret): leaving the field empty keeps it.
	Kept           bool
	Prefix, Suffix string // drawn around the value, not part of it
	Pattern        string // regular expression that the whole value must match; one that does not compile is ignored
	Min, Max, Step string // of a Number, "" if there is none; what is no number is ignored
	Freeform       bool   // of Choice, Multi and Pick: text that is none of the choices is taken too
	Multiple       bool   // of Pick
	Language       string // of Code
	Rows           int    // the most rows that Lines, Code and JSON show; 0: 6
	// DependsOn are the names of fields (beside this one, or of the whole form) that must have a value first. When one of them
	// changes, this field is cleared.
	DependsOn []string
	// Members are of Group and List. Nil: they are not known yet, [Form.SetMembers] brings them.
	Members []Field
}

// Env is what a form asks the world, without looking itself. Each may be nil.
type Env struct {
	// Now is the time now, in the zone in which dates and times are typed. Without it there is no calendar before a date is
	// typed, and the zone is UTC.
	Now func() time.Time
	// Complete gives the paths that begin with prefix, for a File. It is called by [Ask.Do] alone, after a key of the user's.
	Complete func(prefix string) []string
	// Path says what is wrong with a File's text, "" if nothing. It is called by [Ask.Do] alone, after the field was left. What is
	// handed in is not looked at: whoever reads the file finds out.
	Path func(path string) string

	asks []Ask
}

func (e Env) zone() *time.Location {
	if e.Now == nil {
		return time.UTC
	}
	return e.Now().Location()
}
