package store

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"
)

// Records are sequences of fields: tag, length, bytes. It is not JSON because names and tokens may hold any bytes, and
// because a reader must be able to step over the fields of a newer program and keep them ([unknownFields]). A field with
// its zero value is left out. Tags are never used again for something else.

// fields is a record in the making.
type fields struct{ b []byte }

func (f *fields) text(tag uint64, s string) {
	if s != "" {
		f.present(tag, s)
	}
}

// present writes s even if it is empty, for values whose absence means something.
func (f *fields) present(tag uint64, s string) {
	f.b = binary.AppendUvarint(f.b, tag)
	f.b = binary.AppendUvarint(f.b, uint64(len(s)))
	f.b = append(f.b, s...)
}

func (f *fields) uint(tag, v uint64) {
	if v != 0 {
		f.present(tag, string(binary.AppendUvarint(nil, v)))
	}
}

func (f *fields) count(tag uint64, v int) { f.uint(tag, uint64(max(v, 0))) }

func (f *fields) flag(tag uint64, v bool) {
	if v {
		f.uint(tag, 1)
	}
}

// time keeps the wall reading to the nanosecond.
func (f *fields) time(tag uint64, t time.Time) {
	if !t.IsZero() {
		b := binary.AppendVarint(nil, t.Unix())
		f.present(tag, string(binary.AppendUvarint(b, uint64(t.Nanosecond()))))
	}
}

// list tells nil from empty.
func (f *fields) list(tag uint64, list []string) {
	if list == nil {
		return
	}
	var b []byte
	for _, s := range list {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	f.present(tag, string(b))
}

// dict tells nil from empty.
func (f *fields) dict(tag uint64, m map[string]string) {
	if m == nil {
		return
	}
	flat := make([]string, 0, 2*len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		flat = append(flat, k, m[k])
	}
	f.list(tag, flat)
}

// unknownFields appends the fields of old whose tag is above last: a newer program wrote them, an older one keeps them.
func (f *fields) unknownFields(old string, last uint64) {
	for r := (reader{rest: old}); r.next(); {
		if r.tag > last {
			f.present(r.tag, r.value)
		}
	}
}

var errFields = errors.New("malformed record")

// reader steps through the fields of a record. Values share the memory of the record.
type reader struct {
	rest  string
	tag   uint64
	value string
	err   error
}

// next moves to the next field; false at the end and on an error, which stands in err.
func (r *reader) next() bool {
	if r.rest == "" || r.err != nil {
		return false
	}
	var ok bool
	if r.tag, r.rest, ok = uvarint(r.rest); !ok {
		r.err = errFields
		return false
	}
	if r.value, r.rest, ok = prefixed(r.rest); !ok {
		r.err = errFields
		return false
	}
	return true
}

func (r *reader) uint() uint64 {
	v, rest, ok := uvarint(r.value)
	if !ok || rest != "" {
		r.err = errFields
	}
	return v
}

func (r *reader) count() int { return int(min(r.uint(), 1<<31-1)) }

// raw copies the value, nil if it is empty.
func (r *reader) raw() []byte {
	if r.value == "" {
		return nil
	}
	return []byte(r.value)
}

func (r *reader) time() time.Time {
	zigzag, rest, ok := uvarint(r.value)
	nanos, rest, ok2 := uvarint(rest)
	if !ok || !ok2 || rest != "" || nanos >= uint64(time.Second) {
		r.err = errFields
		return time.Time{}
	}
	return time.Unix(int64(zigzag>>1)^-int64(zigzag&1), int64(nanos)).UTC()
}

func (r *reader) list() []string {
	n := 0
	for rest, ok := r.value, true; ok && rest != ""; n++ {
		_, rest, ok = prefixed(rest)
	}
	list := make([]string, 0, n)
	for rest := r.value; rest != ""; {
		var s string
		var ok bool
		if s, rest, ok = prefixed(rest); !ok {
			r.err = errFields
			return nil
		}
		list = append(list, s)
	}
	return list
}

func (r *reader) dict() map[string]string {
	flat := r.list()
	if len(flat)%2 != 0 {
		r.err = errFields
		return nil
	}
	m := make(map[string]string, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		m[flat[i]] = flat[i+1]
	}
	return m
}

// uvarint is binary.Uvarint over a string.
func uvarint(s string) (v uint64, rest string, ok bool) {
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		c := s[i]
		if c < 0x80 {
			if i == binary.MaxVarintLen64-1 && c > 1 {
				return 0, "", false
			}
			return v | uint64(c)<<(7*i), s[i+1:], true
		}
		v |= uint64(c&0x7f) << (7 * i)
	}
	return 0, "", false
}

func prefixed(s string) (value, rest string, ok bool) {
	n, s, ok := uvarint(s)
	if !ok || n > uint64(len(s)) {
		return "", "", false
	}
	return s[:n], s[n:], true
}
