package connections

import (
	"bytes"
	"context"
	"encoding/json"

	"authdeck/oauthflow"
)

// What AllPages stops at; RunResult.Next then asks for the rest.
const (
	pagesMost  = 1000
	resultMost = 64 << 20 // bytes of all answers: a result may be a small part of one, which is kept whole for the exchanges
)

// pages runs the action page by page, at most as many as are wanted, and joins what comes. What came before an error stays.
func (r *running) pages(ctx context.Context, from string, most int) error {
	switch {
	case r.dry || most == 0:
		most = 1
	case most < 0 || most > pagesMost:
		most = pagesMost
	}
	var parts []json.RawMessage
	seen, size := map[string]bool{from: true}, 0
	r.page = from
	for r.number = 1; ; r.number++ {
		if err := r.onePage(ctx); err != nil {
			if len(parts) > 0 {
				r.result.Result, r.result.Next = joined(parts), r.page
			}
			return err
		}
		r.result.Pages++
		parts = append(parts, r.result.Result)
		size += max(len(r.result.Result), received(r.last))
		next := r.result.Next
		if r.number == most || next == "" || seen[next] || size > resultMost {
			if seen[next] {
				r.result.Next = "" // it asks for what came already
			}
			r.result.Result = joined(parts)
			return nil
		}
		seen[next], r.page = true, next
	}
}

// received is how many bytes came in these exchanges.
func received(list []oauthflow.Exchange) int {
	n := int64(0)
	for _, x := range list {
		n += x.ResponseBytes
	}
	return int(n)
}

// joined is one page as it is, lists as one list, and others as a list of them.
func joined(parts []json.RawMessage) json.RawMessage {
	if len(parts) == 1 {
		return parts[0]
	}
	lists := true
	for _, p := range parts {
		p = bytes.TrimSpace(p)
		lists = lists && len(p) > 1 && p[0] == '['
	}
	var b bytes.Buffer
	b.WriteByte('[')
	for _, p := range parts {
		p = bytes.TrimSpace(p)
		if lists {
			p = bytes.TrimSpace(p[1 : len(p)-1])
		}
		switch {
		case len(p) == 0 && lists:
			continue
		case len(p) == 0:
			p = json.RawMessage("null")
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(p)
	}
	b.WriteByte(']')
	return b.Bytes()
}
