package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const sentinel = "sEnt1nel-Value-0123456789-abcdefXYZ"

func TestString_NeverPrints(t *testing.T) {
	type holder struct {
		u String
		S secret
		P *String
		M map[string]String
	}
	s := New(sentinel)
	h := holder{u: s, S: secret{s}, P: &s, M: map[string]String{"k": s}}
	var outputs []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%p"} {
		outputs = append(outputs, fmt.Sprintf(verb, s), fmt.Sprintf(verb, h), fmt.Sprintf(verb, []String{s}))
	}
	j, err := json.Marshal(map[string]any{"a": s, "b": &s, "c": h.M})
	if err != nil {
		t.Fatal(err)
	}
	x, err := xml.Marshal(holderXML{s})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "s", s, "h", h, "e", fmt.Errorf("with %v", s))
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "s", s, "p", &s)
	outputs = append(outputs, string(j), string(x), log.String(), s.String(), s.GoString(), s.Hint(), fmt.Sprint(errors.New("x"), s))
	for _, o := range outputs {
		if strings.Contains(o, sentinel) || strings.Contains(strings.ToLower(o), fmt.Sprintf("%x", sentinel[8:])) {
			t.Errorf("printed: %s", o)
		}
	}
	if s.Reveal() != sentinel {
		t.Error("Reveal does not return the text")
	}
}

type holderXML struct{ A String }

// secret stands in a struct as an embedded field, where fmt might find its insides.
type secret struct{ String }

func TestString_Equal(t *testing.T) {
	if !New("a").Equal(New("a")) || New("a").Equal(New("b")) || New("a").Equal(New("")) || !New("").IsZero() {
		t.Error("Equal or IsZero is wrong")
	}
}

func TestString_Hint(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "short": Mask, strings.Repeat("a", 19): Mask, "abcdefghijklmnopqrstuvwxyz": "abcd••••••••wxyz",
		"abcd\x1bfghijklmnopqrstuvwxyz": Mask,
	} {
		if got := New(in).Hint(); got != want {
			t.Errorf("Hint(%q) = %q, want %q", in, got, want)
		}
	}
}
