package engine

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// Options are what an engine works with. All but Console are required.
type Options struct {
	Folder fs.FS // the service's folder; nothing outside of it is ever read
	Rand   io.Reader
	Now    func() time.Time // wall
	// Send does an HTTP request. It is called on the goroutine of Load and Call; done is called once, from any goroutine.
	Send func(r Request, done func(Response))
	// Upload keeps a file for the user and says where it is (§6.1). Called like Send.
	Upload func(f Upload, done func(url string, problem string))
	// Console gets each console line, and says whether it wants more; nil drops them.
	Console func(level, line string) bool
	// Busy bounds how long a script may compute before it lets the loop go on; 0: no bound. It ends with [ErrBusy]. Stuck is called, on
	// another goroutine, where that does not end it: half a second later.
	Busy  time.Duration
	Stuck func()
	// Used is the processor time that this process has used: a busy machine takes nothing from a script's time then, up to four
	// times Busy in wall time. nil: Busy is wall time.
	Used func() time.Duration
}

// Request is an HTTP request of the service.
type Request struct {
	Method     string
	URL        string      // absolute, as the WHATWG rules write it
	Headers    [][2]string // in their order
	Body       []byte
	HasBody    bool
	Follow     bool          // follow redirects (§5.6)
	Decompress bool          // the service did not ask for a compression itself
	Idle       time.Duration // 0: none
}

// Response is what came back. Problem is set instead of the rest if no answer came.
type Response struct {
	Status     int
	StatusText string
	Headers    [][2]string
	Body       []byte
	URL        string // after redirects
	Problem    *Problem
}

// Problem is a failure below HTTP, with Node's code for it.
type Problem struct {
	Code    string // ENOTFOUND, ECONNREFUSED, ECONNRESET, ETIMEDOUT, …
	Message string
}

// Upload is a file that a service hands over.
type Upload struct {
	Data    []byte
	Options string // JSON
}

// Engine is one runtime with one service. It is used by one goroutine, for one call, and then dropped.
type Engine struct {
	o    Options
	vm   *goja.Runtime
	loop *loop

	modules map[string]*goja.Object // by path in the folder
	stubs   []string
	natives *goja.Object
	host    host
	lost    rejections
}

// host are the functions of the prelude that the Go side calls.
type host struct {
	stringify goja.Callable // saved before the service ran
	parse     goja.Callable
	call      goja.Callable
	load      goja.Callable
	items     goja.Callable
	respond   goja.Callable
	require   goja.Callable
	failure   goja.Callable
	lost      goja.Callable
}

//go:embed js/*.js
var preludes embed.FS

// order is that of the prelude: each file may use what those before it made. What stands in modules is compiled only where a
// service requires something by name, or reads the global crypto.
var (
	order   = []string{"buffer", "text", "url", "web", "locale", "console", "timers", "request", "host"}
	modules = []string{"crypto", "http", "node", "stub"}
)

// ErrNotRegistered is the end of a load that called addService for nothing.
var ErrNotRegistered = errors.New("the service did not register")

// New makes a runtime with all globals, and no service in it yet.
func New(o Options) (*Engine, error) {
	e := &Engine{o: o, vm: goja.New(), modules: map[string]*goja.Object{}}
	e.vm.SetParserOptions(parser.WithDisableSourceMaps)
	e.vm.SetMaxCallStackSize(3000)
	e.vm.SetTimeSource(o.Now)
	e.vm.SetRandSource(e.random)
	e.vm.SetPromiseRejectionTracker(e.lost.track)
	e.loop = newLoop(e.vm, e.bounded)
	e.natives = e.makeNatives()
	shared := e.vm.NewObject()
	if err := e.run(shared, order); err != nil {
		return nil, err
	}
	for name, f := range map[string]*goja.Callable{
		"stringify": &e.host.stringify, "parse": &e.host.parse, "call": &e.host.call, "load": &e.host.load,
		"items": &e.host.items, "respond": &e.host.respond, "require": &e.host.require, "failure": &e.host.failure, "lost": &e.host.lost,
	} {
		var ok bool
		if *f, ok = goja.AssertFunction(shared.Get(name)); !ok {
			return nil, fmt.Errorf("make the JavaScript environment: the prelude has no %s", name)
		}
	}
	return e, nil
}

// run evaluates files of the prelude in their order. They are compiled side by side: that is most of an engine's start.
func (e *Engine) run(shared *goja.Object, names []string) error {
	type compiled struct {
		program *goja.Program
		err     error
	}
	programs := make([]chan compiled, len(names))
	for i, name := range names {
		programs[i] = make(chan compiled, 1)
		go func() { // ends with its send
			text, err := preludes.ReadFile("js/" + name + ".js")
			if err != nil {
				programs[i] <- compiled{err: err}
				return
			}
			p, err := compile("authdeck:"+name, "(function (host, shared, global) {'use strict';"+string(text)+"\n})")
			programs[i] <- compiled{p, err}
		}()
	}
	for i, name := range names {
		c := <-programs[i]
		if c.err != nil {
			return fmt.Errorf("make the JavaScript environment: %s: %w", name, c.err)
		}
		f, err := e.vm.RunProgram(c.program)
		if err != nil {
			return fmt.Errorf("make the JavaScript environment: %s: %w", name, err)
		}
		call, ok := goja.AssertFunction(f)
		if !ok {
			return fmt.Errorf("make the JavaScript environment: %s is no function", name)
		}
		if _, err := call(goja.Undefined(), e.natives, shared, e.vm.GlobalObject()); err != nil {
			return fmt.Errorf("make the JavaScript environment: %s: %w", name, err)
		}
	}
	return nil
}

// compile parses with the settings that all code of an engine has. A text that the parser falls over is an error as well.
func compile(name, text string) (program *goja.Program, err error) {
	defer func() {
		if fell := recover(); fell != nil {
			program, err = nil, fmt.Errorf("%s: this cannot be parsed here: %v", name, fell)
		}
	}()
	p, err := goja.Parse(name, text, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, err
	}
	if toRewrite(text) {
		if err := rewriteLiterals(p); err != nil {
			return nil, err
		}
	}
	return goja.CompileAST(p, false)
}

// interruptOn ends what the script does when ctx ends. The caller calls stop when the script is back.
func (e *Engine) interruptOn(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { e.vm.Interrupt(ctx.Err()) })
}

// ErrBusy is the end of a script that computed for longer than it may.
var ErrBusy = errors.New("the script computed for too long without a pause")

// random is Math.random's.
func (e *Engine) random() float64 {
	var b [8]byte
	if _, err := io.ReadFull(e.o.Rand, b[:7]); err != nil {
		return 0.5
	}
	n := uint64(0)
	for _, c := range b[:7] {
		n = n<<8 | uint64(c)
	}
	return float64(n>>3) / (1 << 53)
}
