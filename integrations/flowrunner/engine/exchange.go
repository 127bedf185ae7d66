package engine

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// send takes {method, url, headers, follow, decompress, idle}, a byte range, and a function that gets the answer and its body.
func (e *Engine) send(call goja.FunctionCall) goja.Value {
	given, ok := call.Argument(0).(*goja.Object)
	done, callable := goja.AssertFunction(call.Argument(4))
	if !ok || !callable {
		panic(e.error("TypeError", "send wants an object and a function"))
	}
	r := Request{
		Method: given.Get("method").String(), URL: given.Get("url").String(),
		Follow: given.Get("follow").ToBoolean(), Decompress: given.Get("decompress").ToBoolean(),
		Idle: time.Duration(given.Get("idle").ToFloat() * float64(time.Millisecond)),
	}
	if list, ok := given.Get("headers").(*goja.Object); ok {
		for i := range list.Get("length").ToInteger() {
			name, value, _ := strings.Cut(list.Get(strconv.FormatInt(i, 10)).String(), "\n")
			r.Headers = append(r.Headers, [2]string{name, value})
		}
	}
	if !goja.IsUndefined(call.Argument(1)) && !goja.IsNull(call.Argument(1)) {
		r.Body, r.HasBody = bytes.Clone(e.bytes(call, 1)), true
	}
	came := e.loop.expect()
	e.o.Send(r, func(a Response) {
		came(func() {
			answer := e.vm.NewObject()
			set := func(name string, v any) {
				if err := answer.Set(name, v); err != nil {
					panic(err) // a plain new object takes any member
				}
			}
			if a.Problem != nil {
				set("code", a.Problem.Code)
				set("message", a.Problem.Message)
				_, _ = done(goja.Undefined(), answer)
				return
			}
			headers := make([]any, len(a.Headers))
			for i, h := range a.Headers {
				headers[i] = h[0] + "\n" + h[1]
			}
			set("status", a.Status)
			set("statusText", a.StatusText)
			set("url", a.URL)
			set("headers", e.vm.NewArray(headers...))
			// What the continuation throws rejects the script's promise; an interrupt is met again by the loop.
			_, _ = done(goja.Undefined(), answer, e.buffer(a.Body))
		})
	})
	return goja.Undefined()
}

// upload takes a byte range, JSON options, and a function that gets an address, or a problem as its second argument.
func (e *Engine) upload(call goja.FunctionCall) goja.Value {
	done, ok := goja.AssertFunction(call.Argument(4))
	if !ok {
		panic(e.error("TypeError", "upload wants a function"))
	}
	f := Upload{Data: bytes.Clone(e.bytes(call, 0)), Options: call.Argument(3).String()}
	came := e.loop.expect()
	e.o.Upload(f, func(address, problem string) {
		came(func() { _, _ = done(goja.Undefined(), e.vm.ToValue(address), e.vm.ToValue(problem)) })
	})
	return goja.Undefined()
}
