package connections

import (
	"context"

	"authdeck/store"
)

// KeepOnce refreshes what is due now and returns. At a host that is paused, or that fails again and again meanwhile, the
// rest is left for the next time, which one paused event says.
func (s *Service) KeepOnce(ctx context.Context, report func(KeepEvent)) error {
	k := newKeeper(s, report)
	k.noticeSetBack(ctx)
	defer k.tendClock(context.WithoutCancel(ctx), true)
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return storeError("list connections", err)
	}
	finder := s.hostFinder(ctx)
	if s.mend(ctx, rows, func() *hostFinder { return finder }) {
		if rows, err = s.o.Store.List(ctx); err != nil {
			return storeError("list connections", err)
		}
	}
	k.found = finder
	k.endPauses(ctx, rows)
	all, err := s.pauses(ctx)
	if err != nil {
		return storeError("read the pauses", err)
	}
	s.adoptPauses(all)
	now := s.now()
	k.keepIdle, _ = s.KeepIdle(ctx)
	slots := map[string]chan struct{}{}
	for _, row := range rows {
		at := plannedAt(row, k.keepIdle)
		k.tellEnding(ctx, row, now)
		if !row.Refreshing && (at.IsZero() || at.After(now)) {
			continue
		}
		name, _, _ := finder.of(ctx, row)
		slot := slots[name]
		if slot == nil {
			slot = make(chan struct{}, perHost)
			slots[name] = slot
		}
		k.running.Go(func() {
			slot <- struct{}{}
			defer func() { <-slot }()
			if ctx.Err() == nil {
				k.once(ctx, row, name)
			}
		})
	}
	k.running.Wait()
	if ctx.Err() != nil {
		return explain(ctx.Err())
	}
	return nil
}

// once refreshes one of them, if its host lets it.
func (k *keeper) once(ctx context.Context, row store.Summary, name string) {
	hs := &k.s.hosts
	hs.mu.Lock()
	h := hs.get(name)
	_, ok := h.may(k.s.now())
	ok = ok && !hs.away.Open
	if ok {
		h.running++
	}
	hs.mu.Unlock()
	if ok {
		r := k.s.keepFresh(ctx, row, false, k.keepIdle)
		hs.left(name)
		k.mu.Lock()
		k.tell(row, name, r)
		k.mu.Unlock()
	}
	k.mu.Lock()
	k.tellPauses()
	k.mu.Unlock()
}
