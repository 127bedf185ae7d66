package backup

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"authdeck/store"
)

// What is read at most.
const (
	maxSize        = 1 << 30  // bytes of a file
	maxRecord      = 10 << 20 // bytes of one record
	maxHeader      = 1 << 20  // bytes before the sealed part
	maxConnections = 100_000
	maxSettings    = 100_000
	maxManifests   = 10_000
	maxEvents      = 6_000_000 // over all
)

// Read reads a backup, sealed or armored. All of it is proven before Read returns.
func Read(r io.Reader, o Opener) (Contents, error) {
	d, err := read(r, o)
	if err != nil {
		return Contents{}, fmt.Errorf("read the backup: %w", err)
	}
	return d, nil
}

func read(r io.Reader, o Opener) (Contents, error) {
	source := &budget{r: r, left: maxHeader}
	in := bufio.NewReader(source)
	var sealed io.Reader = in
	switch start, _ := in.Peek(64); {
	case bytes.HasPrefix(bytes.TrimLeft(start, " \t\r\n"), []byte("-----BEGIN AGE ")):
		sealed = armor.NewReader(in)
	case !bytes.HasPrefix(start, []byte("age-encryption.org/")):
		return Contents{}, errors.Join(source.failure(), ErrNotBackup)
	}
	plain, err := age.Decrypt(sealed, opening{Opener: o, header: func() { source.left += maxSize - maxHeader }})
	var wrong *age.NoIdentityMatchError
	var asked askError
	switch {
	case err == nil:
	case errors.As(err, &asked):
		return Contents{}, asked.error
	case errors.As(err, &wrong):
		return Contents{}, ErrWrongKey
	case errors.Is(err, ErrNeedsPassphrase), errors.Is(err, ErrNeedsIdentity), errors.Is(err, ErrTooCostly):
		return Contents{}, err
	default:
		return Contents{}, source.because(err)
	}
	d, err := decode(plain)
	switch {
	case err == nil, errors.Is(err, ErrNotBackup), errors.Is(err, ErrNewerVersion):
		return d, err
	}
	return d, source.because(err)
}

// budget reads no more than left bytes and remembers why it stopped.
type budget struct {
	r    io.Reader
	left int64
	read int64
	err  error
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.err = ErrTooLarge
		return 0, b.err
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// failure is why the source could not be read, nil if it could.
func (b *budget) failure() error { return b.err }

// because names the source's own failure, else damage. The cause of damage is for developers and quotes no content.
func (b *budget) because(err error) error {
	switch {
	case b.err != nil:
		return b.err
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrDamaged):
		return err
	}
	cause, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%w (%.150s)", ErrDamaged, cause)
}

// decoder reads the JSON object, one record at a time.
type decoder struct {
	*json.Decoder
	in     *budget
	events int
}

// decode reads the object that encode writes. Its errors hold nothing of the content.
func decode(r io.Reader) (Contents, error) {
	in := &budget{r: r}
	d := &decoder{Decoder: json.NewDecoder(in), in: in}
	dump, err := d.object()
	switch {
	case err == nil:
		return dump, nil
	case in.err != nil:
		err = in.err
	case errors.Is(err, ErrNotBackup), errors.Is(err, ErrNewerVersion), errors.Is(err, ErrTooLarge), errors.Is(err, ErrDamaged):
	default:
		err = fmt.Errorf("%w: not the JSON of a backup near byte %d", ErrDamaged, d.InputOffset())
	}
	return Contents{}, err
}

// errShape says that the JSON is not the object that it should be.
var errShape = errors.New("unexpected JSON")

// record lets the next value be as large as a record.
func (d *decoder) record() { d.in.left = d.InputOffset() + maxRecord - d.in.read }

func (d *decoder) value(v any) error {
	d.record()
	return d.Decode(v)
}

func (d *decoder) token(want json.Delim) error {
	d.record()
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return errShape
	}
	return nil
}

// name reads the name of the next member.
func (d *decoder) name() (string, error) {
	d.record()
	t, err := d.Token()
	if err != nil {
		return "", err
	}
	name, ok := t.(string)
	if !ok {
		return "", errShape
	}
	return name, nil
}

// head checks the first two members: whatever else is in a file of another kind or version is not looked at.
func (d *decoder) head() error {
	if err := d.token('{'); err != nil {
		return ErrNotBackup
	}
	var kind string
	if name, err := d.name(); err != nil || name != "authdeck" || d.value(&kind) != nil || kind != magic {
		return ErrNotBackup
	}
	var v float64
	name, err := d.name()
	switch {
	case err != nil || name != "version" || d.value(&v) != nil || v < 1 || v != math.Trunc(v):
		return ErrNotBackup
	case v > version:
		return fmt.Errorf("%w (version %g, this one reads %d)", ErrNewerVersion, v, version)
	}
	return nil
}

func (d *decoder) object() (Contents, error) {
	var dump Contents
	if err := d.head(); err != nil {
		return dump, err
	}
	seen := map[string]bool{"authdeck": true, "version": true}
	for d.record(); d.More(); d.record() {
		name, err := d.name()
		if err != nil {
			return dump, err
		}
		if seen[name] {
			return dump, fmt.Errorf("%w: a member is there twice", ErrDamaged)
		}
		if len(seen) > 1000 {
			return dump, ErrTooLarge
		}
		seen[name] = true
		if err := d.member(name, &dump); err != nil {
			return dump, err
		}
	}
	if err := d.token('}'); err != nil {
		return dump, err
	}
	d.record()
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errShape
		}
		return dump, err
	}
	for _, name := range strings.Fields("created connections history settings") {
		if !seen[name] {
			return dump, fmt.Errorf("%w: it has no %s", ErrDamaged, name)
		}
	}
	return dump, nil
}

func (d *decoder) member(name string, dump *Contents) error {
	switch name {
	case "created":
		var at date
		err := d.value(&at)
		dump.Created = at.UTC()
		if err == nil && at.IsZero() {
			return errShape
		}
		return err
	case "store_id":
		return d.value(&dump.StoreID)
	case "connections":
		return each(d, maxConnections, func(c connection) error {
			dump.Connections = append(dump.Connections, c.dumped())
			return d.count(len(c.History))
		})
	case "history":
		return each(d, maxEvents, func(e event) error {
			dump.Events = append(dump.Events, toEvents([]event{e})...)
			return d.count(1)
		})
	case "settings":
		return each(d, maxSettings, func(s setting) error {
			dump.Settings = append(dump.Settings, store.DumpedSetting{
				Section: string(s.Section), Key: string(s.Key), Value: s.Value, Changed: s.Changed.UTC(),
			})
			return nil
		})
	case "manifests": // may be missing
		return each(d, maxManifests, func(m wireManifest) error {
			dump.Manifests = append(dump.Manifests, Manifest{ID: string(m.ID), YAML: string(m.YAML)})
			return nil
		})
	}
	var skipped json.RawMessage
	return d.value(&skipped)
}

// count bounds the events of all histories together.
func (d *decoder) count(n int) error {
	if d.events += n; d.events > maxEvents {
		return ErrTooLarge
	}
	return nil
}

// each reads an array one element at a time.
func each[T any](d *decoder, limit int, fn func(T) error) error {
	if err := d.token('['); err != nil {
		return err
	}
	n := 0
	for d.record(); d.More(); d.record() {
		if n++; n > limit {
			return ErrTooLarge
		}
		var v T
		if err := d.value(&v); err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return d.token(']')
}
