package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Mask is what a non-empty secret prints as, whatever the verb or encoder.
const Mask = "•••"

// String is a text nobody should see by accident. The zero value is the empty secret. Its only way out is [String.Reveal].
// It is compared with [String.Equal]; == does not compile.
type String struct {
	_ [0]func()
	// The text is behind a pointer, since package fmt reaches into unexported fields of other structs without asking for
	// methods, and %p does so for any; it prints an address then.
	v *string
}

// New wraps s.
func New(s string) String {
	if s == "" {
		return String{}
	}
	return String{v: &s}
}

// Reveal returns the text itself. Call it where the secret is sent, sealed or handed out, nowhere else.
func (s String) Reveal() string {
	if s.v == nil {
		return ""
	}
	return *s.v
}

// IsZero reports whether the secret is empty.
func (s String) IsZero() bool { return s.v == nil }

// Equal compares in constant time for texts of equal length.
func (s String) Equal(o String) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(o.Reveal())) == 1
}

// String returns [Mask], or "" for the empty secret.
func (s String) String() string {
	if s.IsZero() {
		return ""
	}
	return Mask
}

// Format prints [Mask] for every verb and flag, %#v and %x included (package fmt itself answers %T and %p).
func (s String) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString returns [Mask].
func (s String) GoString() string { return s.String() }

// MarshalText masks; encoders of JSON, XML and YAML all come through here.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue masks.
func (s String) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Hint returns a form for the screen that tells two tokens apart without giving one away: at most four characters of
// each end and dots between them; texts shorter than 20 characters are dots only.
func (s String) Hint() string {
	v := s.Reveal()
	if len(v) < 20 {
		return s.String()
	}
	for i := range len(v) {
		if v[i] < 0x21 || v[i] > 0x7e {
			return Mask
		}
	}
	return v[:4] + "••••••••" + v[len(v)-4:]
}
