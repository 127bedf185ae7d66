package connections

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"authdeck/browser"
	"authdeck/integrations"
	"authdeck/internal/clock"
	"authdeck/internal/safetext"
	"authdeck/store"
)

// Options are what a Service works with. All fields but Log, SSHLine and Asking are required.
type Options struct {
	Store    store.Store
	Registry *integrations.Registry
	Clock    clock.Clock
	Rand     io.Reader
	Browser  browser.Opener
	Log      *slog.Logger
	// SSHLine returns the line that forwards a callback port to this machine, "" if this is no ssh session; nil asks the
	// environment of this process.
	SSHLine func(port int) string
	// Asking names the program that a token is handed out to, for the history; nil writes no hand-outs down.
	Asking func() (program string, pid int)
}

// closeWait bounds Close: a request, one replay, and a margin (reference/security.md §5.1).
const closeWait = 65 * time.Second

// Service does what a user asks for. Safe for concurrent use.
type Service struct {
	o Options

	mu      sync.Mutex
	closed  bool
	flights map[string]*flight // by connection id
	work    sync.WaitGroup     // exchanges under way
	hosts   hosts
	round   atomic.Int64 // mono, of the keeper's last round, plus 1; 0: no keeper runs

	seenOnce          bool          // checkSeen was called
	seenAt            time.Duration // mono, of its last look
	skewKnown, skewed bool          // what the last Date header said

	// life ends when Close has waited long enough: what still tries to store an answer gives up then.
	life context.Context
	end  context.CancelFunc
}

// New returns a Service. Close it.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.SSHLine == nil {
		o.SSHLine = func(port int) string { return browser.SSHLine(browser.Host(), port) }
	}
	o.Rand = &lockedReader{r: o.Rand}
	life, end := context.WithCancel(context.Background())
	return &Service{o: o, flights: map[string]*flight{}, life: life, end: end}
}

// Close waits for exchanges under way until their answers are stored, so that none is lost; at most 65 s. Nothing new
// begins after it was called.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	defer s.end()
	timer := time.NewTimer(closeWait)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
		s.end()
		<-done
		return &Error{
			Kind: KindStore, Message: "an answer could not be stored in time",
			Hint: "look at the disk that holds the store, then start authdeck again: it takes the refresh up where it stopped",
		}
	}
}

// begin counts an exchange that Close has to wait for; the caller calls s.work.Done when it is over.
func (s *Service) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed()
	}
	s.work.Add(1)
	return nil
}

func errClosed() error {
	return &Error{Kind: KindCanceled, Message: "authdeck is ending", Hint: "start it again"}
}

func (s *Service) now() time.Time { return s.o.Clock.Wall() }

// StoreStatus is what `store status` says.
func (s *Service) StoreStatus(ctx context.Context) (store.Status, error) {
	st, err := s.o.Store.Status(ctx)
	return st, storeError("describe the store", err)
}

// find looks a connection up by name, then by id.
func (s *Service) find(ctx context.Context, ref string) (store.Connection, error) {
	c, err := s.o.Store.Find(ctx, ref)
	if errors.Is(err, store.ErrNotFound) && isID(ref) {
		c, err = s.o.Store.Get(ctx, ref)
	}
	if errors.Is(err, store.ErrNotFound) {
		return c, &Error{
			Kind: KindNotFound, Message: "there is no connection " + quote(ref),
			Hint: "`authdeck list` names what there is", Err: err,
		}
	}
	if err != nil {
		return c, explain(fmt.Errorf("look up connection: %w", err))
	}
	return c, nil
}

// integration finds one by id and refuses one that is broken.
func (s *Service) integration(ctx context.Context, id string) (integrations.Integration, error) {
	i, err := s.o.Registry.Find(ctx, id)
	if err != nil {
		if errors.Is(err, integrations.ErrNotFound) {
			return nil, &Error{
				Kind: KindNotFound, Message: wordsMissing + quote(id),
				Hint: "`authdeck integrations list` names what there is", Err: err,
			}
		}
		return nil, explain(err)
	}
	if why := i.Info().Broken; why != "" {
		return nil, &Error{
			Kind: KindConfiguration, Message: "integration " + quote(id) + wordsBroken + safetext.Line(why, 200),
			Hint: "correct the file, then try again; `authdeck integrations show " + safetext.Line(id, 60) + "` names it",
		}
	}
	return i, nil
}

// isID reports whether ref has the form of a connection's id.
func isID(ref string) bool {
	b, err := hex.DecodeString(ref)
	return err == nil && len(b) == 16
}

// quote makes a name of the user's or a provider's ready for a message.
func quote(name string) string { return `"` + safetext.Line(name, 60) + `"` }

// lockedReader lets several goroutines draw from one source of randomness.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
