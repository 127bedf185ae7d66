package engine

import (
	"slices"

	"github.com/dop251/goja"
)

// mostRejections bounds how many promises of a call are kept that nobody handles.
const mostRejections = 20

// rejections are the promises that were rejected and that nobody has handled yet (§6.2).
type rejections struct{ list []*goja.Promise }

func (r *rejections) track(p *goja.Promise, op goja.PromiseRejectionOperation) {
	switch op {
	case goja.PromiseRejectionReject:
		if len(r.list) < mostRejections {
			r.list = append(r.list, p)
		}
	case goja.PromiseRejectionHandle:
		r.list = slices.DeleteFunc(r.list, func(q *goja.Promise) bool { return q == p })
	}
}

// tellRejections prints a line for each of them. It is no failure of the call, whatever comes of it.
func (e *Engine) tellRejections() {
	for _, p := range e.lost.list {
		err := e.bounded(func() error {
			_, err := e.host.lost(goja.Undefined(), p.Result())
			return err
		})
		if err != nil {
			e.vm.ClearInterrupt()
			return
		}
	}
}
