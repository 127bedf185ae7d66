package engine

import (
	"io"
	"time"

	"github.com/dop251/goja"
)

// makeNatives is what the prelude gets of Go: functions of text, numbers and byte ranges. Only the prelude holds it.
func (e *Engine) makeNatives() *goja.Object {
	o := e.vm.NewObject()
	set := func(name string, f func(call goja.FunctionCall) goja.Value) {
		if err := o.Set(name, f); err != nil {
			panic(err) // a plain new object takes any member
		}
	}
	set("encodeText", e.encodeText)
	set("decodeBytes", e.decodeBytes)
	set("compareBytes", e.compareBytes)
	set("parseURL", e.parseURL)
	set("collate", e.collate)
	set("hash", e.hash)
	set("hmac", e.hmac)
	set("sign", e.sign)
	set("zlib", e.zlib)
	set("random", func(call goja.FunctionCall) goja.Value {
		b := make([]byte, max(0, min(call.Argument(0).ToInteger(), 1<<26)))
		if _, err := io.ReadFull(e.o.Rand, b); err != nil {
			panic(e.error("Error", "no random bytes are to be had"))
		}
		return e.buffer(b)
	})
	set("print", func(call goja.FunctionCall) goja.Value {
		return e.vm.ToValue(e.o.Console != nil && e.o.Console(call.Argument(0).String(), call.Argument(1).String()))
	})
	began := time.Now()
	set("monotonic", func(goja.FunctionCall) goja.Value {
		return e.vm.ToValue(float64(time.Since(began).Nanoseconds()) / 1e6)
	})
	set("addTimer", func(call goja.FunctionCall) goja.Value {
		run, ok := goja.AssertFunction(call.Argument(0))
		if !ok {
			return e.vm.ToValue(0)
		}
		after := time.Duration(call.Argument(1).ToFloat() * float64(time.Millisecond))
		return e.vm.ToValue(e.loop.add(run, after, call.Argument(2).ToBoolean()))
	})
	set("clearTimer", func(call goja.FunctionCall) goja.Value {
		e.loop.clear(call.Argument(0).ToInteger())
		return goja.Undefined()
	})
	set("send", e.send)
	set("upload", e.upload)
	set("downloadURL", func(call goja.FunctionCall) goja.Value {
		return e.vm.ToValue(FilesOrigin + "/" + call.Argument(0).String())
	})
	set("source", func(call goja.FunctionCall) goja.Value {
		name, kind, text := e.source(call.Argument(0).String(), call.Argument(1).String())
		if name == "" {
			return goja.Null()
		}
		return e.object("name", name, "kind", kind, "text", text)
	})
	set("wrapper", func(call goja.FunctionCall) goja.Value {
		f, err := e.wrapper(call.Argument(0).String(), call.Argument(1).String())
		if err != nil {
			panic(e.thrown(err))
		}
		return f
	})
	set("pattern", func(call goja.FunctionCall) goja.Value {
		text, err := rewrite(call.Argument(0).String(), call.Argument(1).String())
		if err != nil {
			panic(e.thrown(err))
		}
		return e.vm.ToValue(text)
	})
	set("modules", func(call goja.FunctionCall) goja.Value {
		shared, ok := call.Argument(0).(*goja.Object)
		if !ok {
			panic(e.error("TypeError", "modules wants an object"))
		}
		if err := e.run(shared, modules); err != nil {
			panic(e.thrown(err))
		}
		return goja.Undefined()
	})
	set("stubbed", func(call goja.FunctionCall) goja.Value {
		e.stubs = append(e.stubs, call.Argument(0).String())
		return goja.Undefined()
	})
	return o
}

// FilesOrigin is where files of the user seem to lie for a service (§6.1); requests to it never leave the machine.
const FilesOrigin = "https://files.authdeck.invalid"

// object makes a plain object of text members.
func (e *Engine) object(pairs ...string) *goja.Object {
	o := e.vm.NewObject()
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := o.Set(pairs[i], pairs[i+1]); err != nil {
			panic(err) // a plain new object takes any member
		}
	}
	return o
}

func (e *Engine) buffer(b []byte) goja.Value { return e.vm.ToValue(e.vm.NewArrayBuffer(b)) }

// bytes reads three arguments from at on as a buffer, an offset and a length. The bytes are the script's own memory.
func (e *Engine) bytes(call goja.FunctionCall, at int) []byte {
	o, ok := call.Argument(at).(*goja.Object)
	if !ok {
		return nil
	}
	buf, ok := o.Export().(goja.ArrayBuffer)
	if !ok || buf.Detached() {
		return nil
	}
	all := buf.Bytes()
	from := max(0, min(call.Argument(at+1).ToInteger(), int64(len(all))))
	to := max(from, min(from+call.Argument(at+2).ToInteger(), int64(len(all))))
	return all[from:to]
}
