package manifest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"authdeck/integrations/manifest/template"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
)

// paging is how an action's list goes on, nil if it has one page.
func (s *spec) paging(a actionSpec) *pagingSpec {
	if a.Paging.api {
		return s.API.Paging
	}
	return a.Paging.own
}

// asked is the page of a request as a number, for kinds that count.
func (p *pagingSpec) asked(page string) (int, error) {
	if page == "" {
		return p.start(), nil
	}
	n, err := strconv.Atoi(page)
	if err != nil || n < 0 {
		return 0, badParam("%s is no page of this action", safetext.Line(page, 60))
	}
	return n, nil
}

func (p *pagingSpec) start() int {
	switch {
	case p.Kind != "page":
		return 0
	case p.First != nil:
		return *p.First
	}
	return 1
}

// cursor is {{cursor}} for a page, nil if it is not set.
func (p *pagingSpec) cursor(page string) (any, error) {
	switch {
	case p == nil && page != "":
		return nil, badParam("this action has one page")
	case p == nil || p.Kind == "link":
		return nil, nil
	case p.Kind == "cursor":
		return orNil(page), nil
	}
	n, err := p.asked(page)
	return json.Number(strconv.Itoa(n)), err
}

// into puts the page asked for into a request that was made without.
func (p *pagingSpec) into(req *oauthflow.APIRequest, page string) error {
	if p == nil {
		return nil
	}
	if p.Kind == "link" && page != "" {
		req.URL = page
		return nil
	}
	u, err := url.Parse(req.URL)
	if err != nil {
		return err
	}
	query := u.Query()
	before := query.Encode()
	if p.Param != "" && page != "" {
		query.Set(p.Param, page)
	}
	if p.SizeParam != "" && p.Size > 0 && !query.Has(p.SizeParam) {
		query.Set(p.SizeParam, strconv.Itoa(p.Size))
	}
	if after := query.Encode(); after != before {
		u.RawQuery = after
		req.URL = u.String()
	}
	return nil
}

// following is what asks for the page after this one; "" if this is the last.
func (p *pagingSpec) following(got reply, page, address, root string, access secret.String) string {
	if p == nil {
		return ""
	}
	if more, ok := got.value(p.More); p.More != "" && (!ok || more == false || more == nil) {
		return ""
	}
	next := ""
	switch p.Kind {
	case "cursor":
		if v, ok := got.value(p.Next); ok && v != nil && v != false {
			next = template.Text(v)
		}
	case "link":
		next = p.link(got, address, access)
	case "offset", "page":
		next = p.count(got, page, root)
	}
	if next == page { // a provider that repeats itself would never end
		return ""
	}
	return next
}

// count goes on by the number of items that came.
func (p *pagingSpec) count(got reply, page, root string) string {
	at, err := p.asked(page)
	if err != nil {
		return ""
	}
	items := p.Items
	if items == "" {
		items = root
	}
	n := got.length(items)
	if n <= 0 || p.More == "" && p.Total == "" && p.Size > 0 && n < p.Size {
		return ""
	}
	step := n
	if p.Kind == "page" {
		step = 1
	}
	if v, ok := got.value(p.Total); ok && p.Total != "" {
		total, err := strconv.Atoi(template.Text(v))
		last := total
		if p.Kind == "page" {
			last = total + p.start()
		}
		if err == nil && at+step >= last {
			return ""
		}
	}
	return strconv.Itoa(at + step)
}

// link is the address of the next page, absolute. A token that the provider put into it is taken out: it goes where the
// action's own call has it, and the address is shown.
func (p *pagingSpec) link(got reply, address string, access secret.String) string {
	next := ""
	if p.Next == "" {
		next = nextLink(got.answer.Header)
	} else if v, ok := got.value(p.Next); ok {
		next, _ = v.(string)
	}
	base, err := url.Parse(address)
	if err != nil || next == "" {
		return ""
	}
	u, err := base.Parse(next)
	if err != nil {
		return ""
	}
	query := u.Query()
	for name, values := range query {
		if len(values) == 1 && !access.IsZero() && values[0] == access.Reveal() {
			query.Del(name)
			u.RawQuery = query.Encode()
		}
	}
	return u.String()
}

// nextLink is the address with rel="next" of a Link header (RFC 8288 §3).
func nextLink(h http.Header) string {
	for _, line := range h.Values("Link") {
		for rest := line; ; {
			_, after, ok := strings.Cut(rest, "<")
			if !ok {
				break
			}
			address, params, ok := strings.Cut(after, ">")
			if !ok {
				break
			}
			rest = params
			params, _, _ = strings.Cut(params, "<")
			for _, p := range strings.FieldsFunc(params, func(c rune) bool { return c == ';' || c == ',' }) {
				name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
				for _, rel := range strings.Fields(strings.Trim(strings.TrimSpace(value), `"`)) {
					if strings.EqualFold(strings.TrimSpace(name), "rel") && strings.EqualFold(rel, "next") {
						return address
					}
				}
			}
		}
	}
	return ""
}
