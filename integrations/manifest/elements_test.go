package manifest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"authdeck/integrations"
	"authdeck/internal/testserver"
)

// TestElements: they are those that encoding/json finds.
func TestElements(t *testing.T) {
	for _, text := range []string{
		`[]`, ` [ ] `, `[1]`, `[ 1 , 2 ]`, `["a,b","]","\"","\\",",\\\","]`, `[[],[1,2],{"a":[",",{"b":1}]}]`, `[null,true,{}]`, "[\n[[]]\n,\"é\"]",
	} {
		var want []json.RawMessage
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		list, ok := elements([]byte(text))
		if !ok {
			t.Errorf("%s is no array", text)
			continue
		}
		got := []json.RawMessage{}
		for e := range list {
			got = append(got, e)
		}
		equal(t, text, fmt.Sprintf("%s", got), fmt.Sprintf("%s", want))
	}
	for _, text := range []string{`{}`, `null`, `"["`, ``, `1`} {
		if _, ok := elements([]byte(text)); ok {
			t.Errorf("%s is an array", text)
		}
	}
}

// TestPaging_CountsManyAtOnce: an answer of nothing but commas costs no copy of each of its elements.
func TestPaging_CountsManyAtOnce(t *testing.T) {
	const n = 1 << 20
	body := []byte("[" + strings.Repeat("0,", n-1) + "0]")
	list, ok := elements(body)
	if !ok {
		t.Fatal("no array")
	}
	count := 0
	if allocs := testing.AllocsPerRun(1, func() {
		count = 0
		for range list {
			count++
		}
	}); count != n || allocs > 10 {
		t.Errorf("%d elements, %v allocations", count, allocs)
	}
	r, err := onLoopback(t, ", paging: {kind: offset, param: from}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
	if err != nil || r.Next != fmt.Sprint(n) {
		t.Errorf("next %q, %v", r.Next, err)
	}
}

// TestDictionary_OfMuch: a page of a million choices is cut, and an answer that could only be read with gigabytes is refused.
func TestDictionary_OfMuch(t *testing.T) {
	for name, c := range map[string]struct {
		items int
		text  string
		want  int
	}{
		"as many as are shown": {20_000, "1", 20_000}, "more": {1 << 20, "1", 20_000}, "too large": {5 << 20, "1", -1},
	} {
		s := testserver.StartProviderStandIn(t, testserver.Route{Path: "*", Answers: []testserver.Answer{{Body: "[" + strings.Repeat(c.text+",", c.items-1) + c.text + "]"}}})
		r, err := runDictionary(t, s, "notes", map[string]any{"criteria": map[string]any{"board": "b"}})
		if c.want < 0 {
			if err == nil || !strings.Contains(err.Error(), "8 MiB") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var got struct{ Items []integrations.Param }
		if err != nil || json.Unmarshal(r.Result, &got) != nil || len(got.Items) != c.want {
			t.Errorf("%s: %d items, %v", name, len(got.Items), err)
		}
	}
}
