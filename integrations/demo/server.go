package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// Options of the server. The zero value serves the demo as a person sees it.
type Options struct {
	TokenTTL    time.Duration // lifetime of access tokens, default 90 s; rounded up to whole seconds, as expires_in has no finer unit
	RefreshTTL  time.Duration // how long a refresh token lives unused, default 30 d; rounded up likewise
	AutoApprove bool          // sign in (login_hint's account, else ada@example.com) and consent by redirects alone, so that curl -L can be the browser
	Port        int           // 0: a free one

	// Now is the time that tokens, codes and sessions are held against; default time.Now. ID tokens carry the real time.
	Now func() time.Time
	// Rand makes keys, codes and tokens; default crypto/rand. It must be safe for concurrent use.
	Rand io.Reader
	// Wrap, if set, stands before the whole server, so that a test can drop, delay or replace answers at the same address.
	Wrap func(http.Handler) http.Handler
}

const (
	defaultTokenTTL   = 90 * time.Second
	defaultRefreshTTL = 30 * 24 * time.Hour
	shutdownGrace     = 500 * time.Millisecond
)

// Server is a running authorization server with its API. Close it.
type Server struct {
	issuer   string
	cookie   string // name of the session cookie: cookies of 127.0.0.1 are shared by all ports
	auto     bool
	storage  *storage
	provider *op.Provider
	crypto   op.Crypto
	notes    *notebook
	trials   *trials

	http    *http.Server
	running sync.WaitGroup // the accept loop, the key's maker, every connection
	serve   error          // of the accept loop; read it after running.Wait
}

// Start listens on 127.0.0.1 and serves until Close; ctx ends only the start.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.TokenTTL < 0 || o.RefreshTTL < 0 {
		return nil, errors.New("start the demo server: a lifetime is negative")
	}
	o = o.withDefaults()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, fmt.Errorf("start the demo server: %w", err)
	}
	s, err := newServer(o, listener.Addr().String())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the demo server: %w", err), listener.Close())
	}
	s.running.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.serve = err
		}
	})
	// The key takes a moment to find: the first page is not kept waiting for it.
	s.running.Go(func() { _, _ = s.storage.key() })
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.TokenTTL == 0 {
		o.TokenTTL = defaultTokenTTL
	}
	if o.RefreshTTL == 0 {
		o.RefreshTTL = defaultRefreshTTL
	}
	o.TokenTTL, o.RefreshTTL = wholeSeconds(o.TokenTTL), wholeSeconds(o.RefreshTTL)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return o
}

func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

func newServer(o Options, address string) (*Server, error) {
	s := &Server{issuer: "http://" + address + "/", auto: o.AutoApprove, notes: newNotebook(o.Now), trials: newTrials()}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	s.cookie = "authdeck_demo_" + port
	if s.storage, err = newStorage(o); err != nil {
		return nil, err
	}
	if s.crypto, err = newTokenCrypto(o.Rand); err != nil {
		return nil, err
	}
	if s.provider, err = op.NewProvider(&op.Config{CodeMethodS256: true, GrantTypeRefreshToken: true, SupportedScopes: scopes()},
		s.storage, op.StaticIssuer(s.issuer), op.WithAllowInsecure(), op.WithCrypto(s.crypto), op.WithCORSOptions(nil)); err != nil {
		return nil, err
	}
	handler := s.handler()
	if o.Wrap != nil {
		handler = o.Wrap(handler)
	}
	s.http = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // the default one writes over the terminal UI
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.running.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.running.Done()
			default:
			}
		},
	}
	return s, nil
}

// Issuer is the server's issuer, with its trailing slash as zitadel has it.
func (s *Server) Issuer() string { return s.issuer }

// API is the base URL of the protected API (/me, /notes, …) without trailing slash.
func (s *Server) API() string { return s.issuer + "api" }

// StatsURL answers Stats as JSON.
func (s *Server) StatsURL() string { return s.issuer + "stats" }

// Stats returns the counters.
func (s *Server) Stats() Stats { return s.storage.stats.read() }

// Close stops the server and waits for its goroutines: requests under way get half a second. A second Close does nothing.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	s.running.Wait()
	if err = errors.Join(err, s.serve); err != nil {
		return fmt.Errorf("stop the demo server: %w", err)
	}
	return nil
}
