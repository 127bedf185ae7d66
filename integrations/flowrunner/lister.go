package flowrunner

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"authdeck/integrations/flowrunner/annotation"
	"authdeck/internal/safetext"
)

// lister reads the annotations of many folders by one worker. A folder that ends the worker is broken, and the next gets a
// new one.
type lister struct {
	h      *Host
	s      *session
	served int // folders that s was asked for
}

func (l *lister) close() {
	if l.s != nil {
		l.s.close()
		l.s = nil
	}
}

// list reads one folder. Where only the stamps of its files changed, what was read of them stays.
func (l *lister) list(ctx context.Context, dir string, old *entry) record {
	r := record{At: l.h.now().UnixNano()}
	if old != nil && old.Broken == "" && old.Hash == hashOf(dir, old.Seen) {
		r = old.record
		r.At, r.Seen = l.h.now().UnixNano(), stampsOf(dir, old.Seen)
		if _, err := l.h.readDetail(r.Hash); err == nil {
			return r
		}
	}
	read, texts, err := l.read(ctx, rooted(dir), &r)
	if err != nil {
		var broken *BrokenError
		r.Broken, r.Stopped = why(err), !errors.As(err, &broken)
		return r
	}
	r.Broken, r.Stopped = "", false
	if l.h.o.Cache != "" {
		if err := l.h.keepJSON(r.Hash+".json", detail{Read: read, Texts: texts}); err != nil {
			l.h.o.Log.Warn("what was read of a service is not kept", "err", err)
		}
	}
	r.fill(read)
	return r
}

// fill takes over what a list needs to know.
func (r *record) fill(read annotation.Service) {
	r.Actions, r.Methods = 0, nil
	for _, m := range read.Methods {
		if m.Action() {
			r.Actions++
		}
		if m.Name == opConnectionURL || m.Name == opCallback || m.Name == opRefresh {
			r.Methods = append(r.Methods, m.Name)
		}
	}
	slices.Sort(r.Methods)
	if dark, light := colours(read); dark != "" {
		read.Colours = []string{dark, light}
	}
	read.Methods, read.Types, read.Problems = nil, nil, nil
	r.Read = read
}

// read asks the worker. One that dies after it has read other folders may have died of what they used up: the folder gets a
// fresh one then.
func (l *lister) read(ctx context.Context, files fs.FS, r *record) (annotation.Service, map[string]string, error) {
	used := l.served > 0
	read, texts, err := l.readOnce(ctx, files, r)
	if used && l.s == nil && ctx.Err() == nil {
		return l.readOnce(ctx, files, r)
	}
	return read, texts, err
}

func (l *lister) readOnce(ctx context.Context, files fs.FS, r *record) (annotation.Service, map[string]string, error) {
	if l.s == nil {
		s, err := l.h.start(files)
		if err != nil {
			return annotation.Service{}, nil, err
		}
		l.s, l.served = s, 0
	}
	l.served++
	l.s.turn(files)
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	read, err := l.s.list(ctx)
	r.Seen, r.Hash = l.s.seen, joined(l.s.sums)
	texts := map[string]string{}
	for _, name := range read.Files {
		texts[name] = l.s.texts[name]
	}
	var broken *BrokenError
	if err != nil && !errors.As(err, &broken) {
		l.close() // it is dead, or at odds with us
	}
	return read, texts, err
}

// why is an error in a line for people.
func why(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "reading it took too long"
	}
	return safetext.Line(err.Error(), 300)
}
