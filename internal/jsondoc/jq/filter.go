package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// Limits bound one [Filter]. A zero is the default.
type Limits struct {
	Time   time.Duration // 10 s, of the whole call
	Output int           // bytes, 64 MiB
	Values int           // results, 1,000,000
	Memory int           // bytes by which the program may grow meanwhile, about; 2 GiB
}

// Result is what an expression made.
type Result struct {
	// JSON is the only result, indented by two blanks; of several results the array of them; null of none. Objects have
	// their keys in alphabetic order, numbers are as they were written unless they were calculated with.
	JSON   []byte
	Values int // how many results there were
}

// ErrLimit is of an expression that ran for too long or made too much; the message names the limit.
var ErrLimit = errors.New("the expression was stopped")

// SyntaxError is an expression that is none.
type SyntaxError struct {
	Offset int // bytes of the expression before what is wrong
	Column int // the same in characters, from 1
	What   string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.What) }

// Check reports whether expr is an expression (an empty one is "."); the error is a [*SyntaxError] or says which function or variable is not known.
func Check(expr string) error {
	_, err := compile(expr)
	return err
}

func compile(expr string) (*gojq.Code, error) {
	if strings.TrimSpace(expr) == "" {
		expr = "."
	}
	query, err := gojq.Parse(expr)
	if err != nil {
		var parse *gojq.ParseError
		if errors.As(err, &parse) {
			return nil, syntax(expr, parse)
		}
		return nil, fmt.Errorf("read the expression: %w", err)
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(func() []string { return nil }))
	if err != nil {
		return nil, fmt.Errorf("read the expression: %w", err)
	}
	return code, nil
}

func syntax(expr string, parse *gojq.ParseError) *SyntaxError {
	at := max(0, min(parse.Offset-len(parse.Token), len(expr)))
	if parse.Token == "" {
		at = len(expr)
	}
	return &SyntaxError{Offset: at, Column: 1 + len([]rune(expr[:at])), What: parse.Error()}
}

// Filter runs a jq expression on a JSON text. Errors: a [*SyntaxError], [ErrLimit], that of ctx, or what the expression
// says of the values that it met. Results that came before an error are lost.
func Filter(ctx context.Context, text []byte, expr string, limits Limits) (Result, error) {
	code, err := compile(expr)
	if err != nil {
		return Result{}, err
	}
	limits.defaults()
	within, stop := context.WithTimeoutCause(ctx, limits.Time, fmt.Errorf("%w after %s", ErrLimit, limits.Time))
	defer stop()
	within, end := watched(within, limits.Memory)
	defer end()

	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var input any
	if err := decoder.Decode(&input); err != nil {
		return Result{}, fmt.Errorf("read the document: %w", err)
	}
	values, err := run(within, code, input, limits)
	if err != nil {
		if within.Err() != nil {
			return Result{}, context.Cause(within)
		}
		return Result{}, err
	}
	return values.result()
}

func (l *Limits) defaults() {
	if l.Time <= 0 {
		l.Time = 10 * time.Second
	}
	if l.Output <= 0 {
		l.Output = 64 << 20
	}
	if l.Values <= 0 {
		l.Values = 1_000_000
	}
	if l.Memory <= 0 {
		l.Memory = 2 << 30
	}
}

// collected are results, each on a line of its own.
type collected struct {
	lines bytes.Buffer
	n     int
}

func run(ctx context.Context, code *gojq.Code, input any, limits Limits) (*collected, error) {
	c := &collected{}
	results := code.RunWithContext(ctx, input)
	for {
		v, ok := results.Next()
		if !ok {
			return c, nil
		}
		if err, failed := v.(error); failed {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return c, nil
			}
			return nil, runError(err)
		}
		if c.n++; c.n > limits.Values {
			return nil, fmt.Errorf("%w after %d results", ErrLimit, limits.Values)
		}
		value, err := gojq.Marshal(v) // on one line; NaN is null
		if err != nil {
			return nil, fmt.Errorf("write a result: %w", err)
		}
		if c.lines.Len()+len(value) >= limits.Output {
			return nil, fmt.Errorf("%w after %d bytes of results", ErrLimit, limits.Output)
		}
		c.lines.Write(value)
		c.lines.WriteByte('\n')
	}
}

// runError is an error of the expression in one short text.
func runError(err error) error {
	text := strings.TrimSpace(err.Error())
	if r := []rune(text); len(r) > 300 {
		text = string(r[:300]) + "…"
	}
	return errors.New(text)
}

func (c *collected) result() (Result, error) {
	lines := bytes.TrimSuffix(c.lines.Bytes(), []byte{'\n'})
	var b bytes.Buffer
	switch c.n {
	case 0:
		return Result{JSON: []byte("null")}, nil
	case 1:
	default:
		// The encoder writes no line break within a value.
		all := make([]byte, 0, len(lines)+2)
		all = append(all, '[')
		all = append(all, bytes.ReplaceAll(lines, []byte{'\n'}, []byte{','})...)
		lines = append(all, ']')
	}
	if err := json.Indent(&b, lines, "", "  "); err != nil {
		return Result{}, fmt.Errorf("indent the results: %w", err)
	}
	return Result{JSON: b.Bytes(), Values: c.n}, nil
}

// watched ends the context when the program has grown by too much. Its end waits for the goroutine.
func watched(ctx context.Context, most int) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	before := heap()
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if now := heap(); now > before+uint64(most) {
					cancel(fmt.Errorf("%w after %d MiB of memory", ErrLimit, most>>20))
					return
				}
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
