package worker

import (
	"sync"

	"authdeck/integrations/flowrunner/wire"
)

// pendingAnswers are the questions that the host has not answered yet. An answer to none of them is dropped.
type pendingAnswers struct {
	mu   sync.Mutex
	next int
	done map[int]func(wire.Message)
}

func (p *pendingAnswers) add(done func(wire.Message)) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done == nil {
		p.done = map[int]func(wire.Message){}
	}
	p.next++
	p.done[p.next] = done
	return p.next
}

func (p *pendingAnswers) deliver(m wire.Message) {
	p.mu.Lock()
	done := p.done[m.ID]
	delete(p.done, m.ID)
	p.mu.Unlock()
	if done != nil {
		done(m)
	}
}
