package connections

import (
	"context"
	"time"

	"authdeck/store"
)

// unusedEvery is how often the keeper looks for pauses of hosts that no connection is of any more: that may read all records.
const unusedEvery = time.Hour

// endPauses takes back what is written of hosts whose pause is over and, now and then, of hosts that no connection is of: no
// answer would ever end those.
func (k *keeper) endPauses(ctx context.Context, rows []store.Summary) {
	written, err := k.s.o.Store.Settings(ctx, sectionHost)
	if err != nil || len(written) == 0 {
		return
	}
	holding := k.s.readPauses(written)
	var over []string
	unused := map[string]bool{}
	for name, p := range holding {
		switch {
		case !p.holds(k.s.now()):
			over = append(over, name)
		case name != allHosts:
			unused[name] = true
		}
	}
	if len(over) > 0 {
		k.s.clearPauses(ctx, over...)
	}
	mono := k.s.o.Clock.Mono()
	if len(unused) == 0 || k.usedAt != 0 && mono-k.usedAt < unusedEvery {
		return
	}
	k.usedAt = max(mono, 1)
	for _, row := range rows {
		name, _, _ := k.finder(ctx).of(ctx, row)
		if delete(unused, name); len(unused) == 0 {
			return
		}
	}
	for name := range unused {
		delete(k.told, name) // nothing is resumed there
		k.s.hosts.forget(name)
		k.s.clearPauses(ctx, name)
	}
}

// forget drops what is known of a host, unless a refresh is under way there.
func (hs *hosts) forget(name string) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h := hs.all[name]; h != nil && h.running == 0 {
		delete(hs.all, name)
	}
}
