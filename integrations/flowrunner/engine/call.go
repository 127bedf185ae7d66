package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dop251/goja"
)

// Call is one invocation of a method of the service. All of it crosses as JSON.
type Call struct {
	Method    string            `json:"method"`
	Args      []json.RawMessage `json:"args"` // null where Undefined names the index
	Undefined []int             `json:"undefined,omitempty"`

	Config map[string]json.RawMessage `json:"config,omitempty"` // values of the items that have one
	Absent []string                   `json:"absent,omitempty"` // items that have none: their keys are there
	Dates  []string                   `json:"dates,omitempty"`  // items whose milliseconds become a Date

	Request CallRequest `json:"request"`
}

// CallRequest is this.request (§1.4, §1.5). Header names are in lower case.
type CallRequest struct {
	Headers map[string]string `json:"headers"`
	Path    string            `json:"path,omitempty"`
	Body    map[string]any    `json:"body,omitempty"`
	Context map[string]any    `json:"context,omitempty"`
}

// Failure is what a service threw (§1.6). Its texts are foreign.
type Failure struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Code    string `json:"code"`
	Status  int    `json:"status"`
	Body    string `json:"body"`
	Stack   string `json:"stack"`

	Constructor bool `json:"constructor,omitempty"` // thrown while the class was constructed: its configuration is wrong
}

func (f *Failure) Error() string { return f.Message }

// ErrNoMethod is the end of a call of a method that the class does not have.
var ErrNoMethod = errors.New("the service has no such method")

// ErrUnsettled is the end of a call whose promise can never settle: nothing is left that could.
var ErrUnsettled = errors.New("the service's promise never settles")

// afterwards is how long requests are waited for that were started and never awaited (§5.1).
const afterwards = 500 * time.Millisecond

// Load evaluates the service's entry. Errors: [ErrNotRegistered], a [*Failure] with the position in its stack, or that of ctx.
func (e *Engine) Load(ctx context.Context) error {
	defer e.interruptOn(ctx)()
	registered := false
	err := e.bounded(func() error {
		v, err := e.host.load(goja.Undefined())
		registered = err == nil && v.ToBoolean()
		return err
	})
	if err != nil {
		return e.failed(ctx, err)
	}
	if !registered {
		return ErrNotRegistered
	}
	return nil
}

// Items returns the config items that the service registered, as JSON text.
func (e *Engine) Items(ctx context.Context) (string, error) {
	defer e.interruptOn(ctx)()
	text := ""
	err := e.bounded(func() error {
		v, err := e.host.items(goja.Undefined())
		if err == nil {
			text = v.String()
		}
		return err
	})
	if err != nil {
		return "", e.failed(ctx, err)
	}
	return text, nil
}

// Stubs are the packages that were asked for and are not there.
func (e *Engine) Stubs() []string { return e.stubs }

// Call makes an instance, calls one method, and returns the JSON text of its result. Errors: a [*Failure], [ErrNoMethod],
// [ErrUnsettled], [ErrBusy], or that of ctx.
func (e *Engine) Call(ctx context.Context, c Call) (string, error) {
	defer e.interruptOn(ctx)()
	given, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("call %s: %w", c.Method, err)
	}
	var kind, text string
	settled := false
	done := e.vm.ToValue(func(call goja.FunctionCall) goja.Value {
		if !settled {
			settled, kind, text = true, call.Argument(0).String(), call.Argument(1).String()
		}
		return goja.Undefined()
	})
	err = e.bounded(func() error {
		_, err := e.host.call(goja.Undefined(), e.vm.ToValue(string(given)), done)
		return err
	})
	if err != nil {
		return "", e.failed(ctx, err)
	}
	if err := e.loop.until(ctx, func() bool { return settled }); err != nil {
		return "", e.failed(ctx, err)
	}
	if !settled {
		return "", ErrUnsettled
	}
	late, cancel := context.WithTimeout(ctx, afterwards)
	defer cancel()
	_ = e.loop.until(late, e.loop.quiet)
	e.tellRejections()
	switch kind {
	case "result":
		return text, nil
	case "missing":
		return "", fmt.Errorf("%w: %s", ErrNoMethod, text)
	}
	f := readFailure(text)
	f.Constructor = kind == "constructor"
	return "", f
}

func readFailure(text string) *Failure {
	f := &Failure{}
	if err := json.Unmarshal([]byte(text), f); err != nil {
		f.Message = "an error that cannot be read"
	}
	return f
}

// failed turns what goja returns into an error of this package.
func (e *Engine) failed(ctx context.Context, err error) error {
	if errors.Is(err, ErrBusy) {
		return ErrBusy
	}
	var interrupted *goja.InterruptedError
	if errors.As(err, &interrupted) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Failure{Message: "interrupted"}
	}
	var thrown *goja.Exception
	if errors.As(err, &thrown) {
		e.vm.ClearInterrupt()
		text, err := e.host.failure(goja.Undefined(), thrown.Value())
		if err != nil {
			return &Failure{Message: "an error that cannot be read"}
		}
		return readFailure(text.String())
	}
	var deep *goja.StackOverflowError
	if errors.As(err, &deep) {
		return &Failure{Name: "RangeError", Message: "Maximum call stack size exceeded"}
	}
	return err
}
