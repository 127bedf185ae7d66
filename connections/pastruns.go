package connections

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"authdeck/internal/safetext"
	"authdeck/store"
)

// PastRun is what is kept of a run of an action: what it takes to run it again, and what came of it. It holds no token and no secret
// config item: "[secret]" stands in their place.
type PastRun struct {
	ID           string            `json:"id"`
	Time         time.Time         `json:"time"`
	Connection   string            `json:"connection"`              // its name now; the integration's id where none was used
	ConnectionID string            `json:"connection_id,omitempty"` // "" where none was used
	Action       string            `json:"action"`
	Params       Values            `json:"params,omitempty"` // as RunRequest.Params
	Texts        map[string]string `json:"texts,omitempty"`  // as RunRequest.Texts
	Pages        int               `json:"pages,omitempty"`  // as RunRequest.Pages
	Status       int               `json:"status"`
	Duration     time.Duration     `json:"duration"`
	Message      string            `json:"message,omitempty"` // of the error, "" if there was none
	// ResultSize is of the result in bytes; HasResult says whether PastResult has it: large and old ones are not kept.
	ResultSize int  `json:"result_size"`
	HasResult  bool `json:"has_result,omitempty"`
	// InputsCut: the parameters were too large to be kept.
	InputsCut bool `json:"inputs_cut,omitempty"`
}

// storedRun is one with the place of its result: a small one lies with it, since each write waits for the disk.
type storedRun struct {
	PastRun

	Slot   int             `json:"slot"` // where its result lies, if it is not Inline
	Inline json.RawMessage `json:"inline,omitempty"`
}

// apart reports whether its result lies in its slot.
func (r storedRun) apart() bool { return r.HasResult && r.Inline == nil }

// keptResult is a result in its slot, which the next run but 19 takes over.
type keptResult struct {
	ID     string          `json:"id"`
	Result json.RawMessage `json:"result"`
}

const (
	runsMost     = 20
	resultKept   = 256 << 10 // bytes of one result
	resultsKept  = 1 << 20   // and of all of an action that do not lie with their runs
	resultInline = 4 << 10   // bytes of one that lies with its run
	inputsKept   = 64 << 10  // bytes of the parameters of one run
	keepRunLimit = 2 * time.Second
)

// resultKey is of a slot of an action, whose key is given.
func resultKey(key string, slot int) string { return fmt.Sprintf("%s/%d", key, slot) }

// PastRuns are the last runs of an action of an integration (its id), newest first, without their results.
func (s *Service) PastRuns(ctx context.Context, integration, action string) ([]PastRun, error) {
	stored, err := s.runsOf(ctx, actionKey(integration, action))
	if err != nil || len(stored) == 0 {
		return nil, err
	}
	rows, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, storeError("list connections", err)
	}
	list := make([]PastRun, len(stored))
	for i, r := range stored {
		list[i] = r.PastRun
		at := slices.IndexFunc(rows, func(c store.Summary) bool { return r.ConnectionID != "" && c.ID == r.ConnectionID })
		if at >= 0 {
			list[i].Connection = rows[at].Name
		}
	}
	return list, nil
}

// PastResult is the result of one of them; KindNotFound if it is not kept.
func (s *Service) PastResult(ctx context.Context, integration string, r PastRun) (json.RawMessage, error) {
	key := actionKey(integration, r.Action)
	stored, err := s.runsOf(ctx, key)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(stored, func(o storedRun) bool { return o.ID == r.ID && o.HasResult })
	if at < 0 {
		return nil, notKept()
	}
	if stored[at].Inline != nil {
		return stored[at].Inline, nil
	}
	var kept keptResult
	err = s.o.Store.Setting(ctx, sectionResults, resultKey(key, stored[at].Slot), &kept)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && kept.ID != r.ID:
		return nil, notKept()
	case err != nil:
		return nil, storeError("read a result", err)
	}
	return kept.Result, nil
}

func notKept() error {
	return &Error{
		Kind: KindNotFound, Message: "the result of that run is not kept any more", Hint: "run it again; `authdeck run --save FILE` keeps a result for good",
	}
}

// LastResult is the newest result that is kept of a successful run of the action, to compare with; nil if there is none. connection is
// the name or id of one, "" for any.
func (s *Service) LastResult(ctx context.Context, integration, action, connection string) (json.RawMessage, error) {
	list, err := s.PastRuns(ctx, integration, action)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		mine := connection == "" || connection == r.Connection || connection == r.ConnectionID
		if !mine || !r.HasResult || r.Message != "" {
			continue
		}
		raw, err := s.PastResult(ctx, integration, r)
		var e *Error
		if errors.As(err, &e) && e.Kind == KindNotFound {
			continue
		}
		return raw, err
	}
	return nil, nil
}

func (s *Service) runsOf(ctx context.Context, key string) ([]storedRun, error) {
	var list []storedRun
	err := s.o.Store.Setting(ctx, sectionRuns, key, &list)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, storeError("read past runs", err)
	}
	return list, nil
}

// lastUsed is when each action was run last, by actionKey, as far as past runs are kept.
func (s *Service) lastUsed(ctx context.Context) map[string]time.Time {
	raw, err := s.o.Store.Settings(ctx, sectionRuns)
	if err != nil {
		s.o.Log.Warn("when actions were used last is not known", "err", safetext.Line(err.Error(), 200))
		return nil
	}
	used := make(map[string]time.Time, len(raw))
	for key, b := range raw {
		var list []struct {
			Time time.Time `json:"time"`
		}
		if json.Unmarshal(b, &list) == nil && len(list) > 0 {
			used[key] = list[0].Time
		}
	}
	return used
}

// LastUsed is when actions of an integration (its id) were run last, by their names, as far as past runs are kept.
func (s *Service) LastUsed(ctx context.Context, integration string) map[string]time.Time {
	used := map[string]time.Time{}
	for key, at := range s.lastUsed(ctx) {
		if name, ok := strings.CutPrefix(key, actionKey(integration, "")); ok {
			used[name] = at
		}
	}
	return used
}

// keepRun keeps what came of a run. That it cannot be kept is said in the log, and changes nothing for who ran it.
func (s *Service) keepRun(ctx context.Context, r *running, req RunRequest, told error) {
	var e *Error
	if errors.As(told, &e) && e.Kind != KindAction && len(r.result.Exchanges) == 0 {
		return // refused before anything was sent
	}
	ctx, cancel := context.WithTimeout(ctx, keepRunLimit)
	defer cancel()
	if err := s.addRun(ctx, r, req, e); err != nil {
		s.o.Log.Warn("a run is not kept", "action", r.name, "err", safetext.Line(err.Error(), 200))
	}
}

func (s *Service) addRun(ctx context.Context, r *running, req RunRequest, failed *Error) error {
	p, result, err := s.pastRun(r, req, failed)
	if err != nil {
		return err
	}
	key := actionKey(r.info.ID, r.action.Name)
	unlock, err := s.lockNamed(ctx, "runs of "+key)
	if err != nil {
		return err
	}
	defer unlock()
	if p.ConnectionID != "" {
		// Whoever removes a connection forgets its runs afterwards, under this lock: one that is found here is still to be forgotten.
		if _, err := s.o.Store.Get(ctx, p.ConnectionID); errors.Is(err, store.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
	list, err := s.runsOf(ctx, key)
	if err != nil {
		return err
	}
	p.Slot = freeSlot(list)
	if p.apart() {
		if err := s.o.Store.PutSetting(ctx, sectionResults, resultKey(key, p.Slot), keptResult{ID: p.ID, Result: result}); err != nil {
			return err
		}
	}
	if n := len(list); n >= runsMost {
		if last := list[n-1]; last.apart() && !p.apart() {
			if err := s.o.Store.PutSetting(ctx, sectionResults, resultKey(key, last.Slot), nil); err != nil {
				return err
			}
		}
	}
	list = append([]storedRun{p}, list[:min(len(list), runsMost-1)]...)
	size := 0
	for i, o := range list {
		if !o.apart() {
			continue
		}
		if size += o.ResultSize; size <= resultsKept {
			continue
		}
		size -= o.ResultSize
		if err := s.o.Store.PutSetting(ctx, sectionResults, resultKey(key, o.Slot), nil); err != nil {
			return err
		}
		list[i].HasResult = false
	}
	return s.o.Store.PutSetting(ctx, sectionRuns, key, list)
}

// pastRun is what is kept of a run, and its result if that is kept.
func (s *Service) pastRun(r *running, req RunRequest, failed *Error) (storedRun, json.RawMessage, error) {
	id := make([]byte, 8)
	if _, err := io.ReadFull(s.o.Rand, id); err != nil {
		return storedRun{}, nil, fmt.Errorf("make an id: %w", err)
	}
	hide := newHider(r)
	p := storedRun{PastRun: PastRun{
		ID: hex.EncodeToString(id), Time: s.now(), Connection: r.info.ID, Action: r.action.Name, Pages: req.Pages,
		Status: r.result.Status, Duration: r.result.Duration,
		ResultSize: len(r.result.Result) + len(r.result.Body),
	}}
	if r.conn != nil {
		p.Connection, p.ConnectionID = r.conn.Name, r.conn.ID
	}
	if failed != nil {
		p.Message = hide.text(failed.Message)
	}
	if raw, err := json.Marshal([]any{req.Params, req.Texts}); err != nil || len(raw) > inputsKept {
		p.InputsCut = true // and nothing is looked for in them: they may have many megabytes
	} else {
		p.Params, p.Texts = hide.values(req.Params), hide.texts(req.Texts)
	}
	var result json.RawMessage
	if n := len(r.result.Result); n > 0 && n <= resultKept {
		result = hide.json(r.result.Result)
		p.HasResult = result != nil
	}
	if len(result) <= resultInline {
		p.Inline = result
	}
	return p, result, nil
}

// freeSlot is one that none of the newest but one runs has.
func freeSlot(list []storedRun) int {
	for slot := range runsMost {
		if !slices.ContainsFunc(list[:min(len(list), runsMost-1)], func(r storedRun) bool { return r.Slot == slot }) {
			return slot
		}
	}
	return 0
}
