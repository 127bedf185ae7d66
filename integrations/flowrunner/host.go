package flowrunner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"authdeck/integrations/flowrunner/engine"
	"authdeck/integrations/flowrunner/wire"
	"authdeck/internal/clock"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// Options are what a Host works with.
type Options struct {
	// Program and its arguments start a worker: this program with the worker's argument.
	Program []string
	// Caller makes the requests of services, through guarded clients of their own; its Clock and Observe are used.
	Caller *oauthflow.Caller
	// Files keeps what services upload: a folder that is ours alone.
	Files string
	// Cache keeps what was read of services; "" keeps nothing.
	Cache string
	Clock clock.Clock
	Log   *slog.Logger
}

// Host runs services. Close it.
type Host struct {
	o Options

	mu     sync.Mutex
	warm   map[string]*warm    // by folder
	known  map[string]*Service // by folder: those that manifests name
	making sync.WaitGroup
	ready  bool // for the next call
	closed bool

	// life ends with Close: no worker is made ready any more.
	life context.Context
	end  context.CancelFunc

	icons icons
}

// New returns a Host.
func New(o Options) *Host {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Host{o: o, warm: map[string]*warm{}, known: map[string]*Service{}, ready: true}
	h.life, h.end = context.WithCancel(context.Background())
	return h
}

// Close ends all workers that wait and waits for those in the making. Calls under way end by their own context.
func (h *Host) Close() {
	h.end()
	h.mu.Lock()
	h.closed = true
	for folder, w := range h.warm {
		w.s.close()
		delete(h.warm, folder)
	}
	h.mu.Unlock()
	h.making.Wait()
}

// call is one invocation of a service.
type call struct {
	folder    *folder
	method    string
	call      engine.Call
	timeout   time.Duration
	hosts     []string // that the user named: they may be anywhere
	secrets   []secret.String
	refresh   secret.String     // the refresh token that is traded, zero in other calls
	transport http.RoundTripper // nil: the network
	hear      func(method, line string)
}

// client makes its requests.
func (c call) client() *http.Client {
	if c.transport != nil {
		return &http.Client{Transport: c.transport}
	}
	return oauthflow.NewGuardedClient(oauthflow.Guard{Hosts: c.hosts})
}

// came is what an invocation led to.
type came struct {
	result    json.RawMessage // JSON
	exchanges []oauthflow.Exchange
	errors    []*oauthflow.Error // of the exchanges that failed, as the classification of token answers sees them
	denied    []*oauthflow.Error // of those that answered 2xx with an error in the body
	answered  []int              // statuses of the exchanges
	methods   []string
	console   []string // safe
	stubs     []string
	uploads   map[string]string // https address → path
	traded    traded
}

// traded is what was seen of a refresh on the wire: that a request with the kept refresh token was answered well.
type traded struct {
	done bool
	next secret.String // the new refresh token of that answer; zero if it has none, or the old one
}

// ThrownError is what the service threw (§1.6). Its text is the service's own, made safe.
type ThrownError struct {
	engine.Failure
}

func (e *ThrownError) Error() string {
	text := e.Message
	if text == "" {
		text = e.Name
	}
	return safetext.Line(text, 0)
}

// defaultTimeout is that of a call whose operation names none.
const defaultTimeout = 60 * time.Second

// invoke makes one call in a worker of its own. What came of it is returned beside an error too.
func (h *Host) invoke(ctx context.Context, c call) (came, error) {
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	w, err := h.take(ctx, c.folder)
	if err != nil {
		return came{}, err
	}
	defer h.prepare(c.folder)
	defer h.dismiss(w.s)
	r := &recorder{h: h, c: c, http: c.client(), came: came{stubs: w.stubs, uploads: map[string]string{}}}
	defer r.http.CloseIdleConnections()
	order, err := json.Marshal(c.call)
	if err != nil {
		return came{}, fmt.Errorf("call a service: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m, err := w.s.ask(ctx, wire.Message{Kind: wire.Invoke, Call: order}, handler{send: r.send, upload: r.upload, console: r.console}, wire.Result, wire.Failed)
	got := r.result()
	for _, name := range m.Stubs {
		if !slices.Contains(got.stubs, name) {
			got.stubs = append(got.stubs, name)
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return got, &ThrownError{engine.Failure{Message: "Task execution is aborted due to timeout", Code: "ETIMEDOUT"}}
	case err != nil:
		return got, err
	case m.Kind == wire.Failed:
		err := failure(m)
		var thrown *ThrownError
		if errors.As(err, &thrown) { // services put answers into what they throw
			thrown.Message = secret.Redact(r.mask(thrown.Message))
		}
		return got, err
	}
	if !json.Valid([]byte(m.Text)) || !shallow(m.Text) {
		return got, &WorkerError{"its result is no JSON of a depth that can be read"}
	}
	got.result = json.RawMessage(m.Text)
	return got, nil
}

// shallow reports whether no value is nested deeper than a thousand.
func shallow(text string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			if depth++; depth > 1000 {
				return false
			}
		case c == ']', c == '}':
			depth--
		}
	}
	return true
}

// failure makes an error of a Failed message.
func failure(m wire.Message) error {
	var f engine.Failure
	switch m.Reason {
	case wire.Threw, wire.Constructing:
		if err := json.Unmarshal(m.Failure, &f); err != nil {
			return &WorkerError{"its error cannot be read"}
		}
		f.Constructor = m.Reason == wire.Constructing
		return &ThrownError{f}
	case wire.Unregistered:
		return &BrokenError{Text: "the service did not register: src/index.js calls Flowrunner.ServerCode.addService for nothing"}
	case wire.NoMethod:
		return fmt.Errorf("%w: %s", errNoMethod, safetext.Line(m.Text, 100))
	case wire.Unsettled:
		return &WorkerError{"its promise never settles"}
	case wire.OutOfTime:
		return &WorkerError{"it did not load in time: its files must not wait while they are loaded"}
	case wire.Busy:
		return &WorkerError{busyWords}
	case wire.TooLongResult:
		return &WorkerError{safetext.Line(m.Text, 200)}
	case wire.NoService:
		return &BrokenError{Text: safetext.Line(m.Text, 300), NoService: true}
	case wire.Syntax:
		return &BrokenError{Text: safetext.Line(m.Text, 300)}
	case wire.OutOfMemory, wire.Internal, wire.BadIcon:
	}
	return &WorkerError{safetext.Line(m.Text, 300)}
}

const busyWords = "it computed for more than 2 seconds without a pause"

var errNoMethod = errors.New("the service has no such method")

// folder is where a service lies.
type folder struct {
	path  string
	id    string // of the integration, "" for one made of the folder's name
	found bool   // in a folder of many: nobody named it
	files fs.FS
}

func (h *Host) now() time.Time { return h.o.Clock.Wall() }
