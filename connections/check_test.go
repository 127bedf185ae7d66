package connections_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
)

// TestCheck: each rule, by its name; "" is a value that fits.
func TestCheck(t *testing.T) {
	t.Parallel()
	number := integrations.Param{Name: "p", Type: "Number", Min: "1", Max: "10.5", Step: "0.5"}
	choice := integrations.Param{Name: "p", Type: "String", Options: []any{"a", map[string]any{"label": "Bee", "value": json.Number("2")}}}
	required := integrations.Param{Name: "p", Type: "String", Required: true}
	with := func(p integrations.Param, change func(*integrations.Param)) integrations.Param {
		change(&p)
		return p
	}
	read := false
	file := integrations.Param{Name: "p", Type: "String", Widget: "FILE_SELECTOR", Text: func(string) (any, bool) { read = true; return nil, false }}
	for _, c := range []struct {
		name  string
		param integrations.Param
		text  string // "-": none
		value any
		rule  string
	}{
		{"missing", required, "-", nil, "is missing"},
		{"empty text is missing", required, "", nil, "is missing"},
		{"missing with a default is the integration's business", with(required, func(p *integrations.Param) { p.Default = "x" }), "-", nil, ""},
		{"optional", integrations.Param{Name: "p", Type: "Number"}, "", nil, ""},
		{"number", number, "2.5", nil, ""},
		{"no number", number, "two", nil, "must be a number"},
		{"number as JSON", number, "-", json.Number("3"), ""},
		{"number as text in JSON", number, "-", "3", ""},
		{"no number in JSON", number, "-", true, "must be a number"},
		{"below the least", number, "0.5", nil, "must be at least 1"},
		{"above the most", number, "11", nil, "must be at most 10.5"},
		{"beside the steps", number, "1.25", nil, "must be in steps of 0.5 from 1"},
		{"an exponent that would fill the memory", number, "1e999999999", nil, "must be a number"},
		{"in steps without a least", integrations.Param{Name: "p", Type: "Number", Step: "5"}, "12", nil, "must be in steps of 5"},
		{"true", integrations.Param{Name: "p", Type: "Boolean"}, "true", nil, ""},
		{"yes", integrations.Param{Name: "p", Type: "Boolean"}, "yes", nil, "must be true or false"},
		{"text that is a list", integrations.Param{Name: "p", Type: "String"}, "-", []any{}, "must be text"},
		{"object", integrations.Param{Name: "p", Type: "Object"}, `{"a":1}`, nil, ""},
		{"no object", integrations.Param{Name: "p", Type: "Object"}, `[1]`, nil, "must be a JSON object"},
		{"broken object", integrations.Param{Name: "p", Type: "Object"}, `{"a":`, nil, "must be a JSON object"},
		{"date", integrations.Param{Name: "p", Type: "Date"}, "2026-11-27", nil, ""},
		{"no date", integrations.Param{Name: "p", Type: "Date"}, "tomorrow", nil, "must be a date such as 2026-11-25"},
		{"list of lines", integrations.Param{Name: "p", Type: "Array<Number>"}, "1\n2", nil, ""},
		{"list with another element", integrations.Param{Name: "p", Type: "Array<Number>"}, "[1,\"a\"]", nil, "has an element 2 that must be a number"},
		{"a number is no list", integrations.Param{Name: "p", Type: "Array"}, "-", json.Number("1"), "must be a list"},
		{"a choice", choice, "a", nil, ""},
		{"a choice by its value", choice, "-", json.Number("2"), ""},
		{"a choice by its label", choice, "Bee", nil, ""},
		{"no choice", choice, "c", nil, "can be a or 2"},
		{"no choice, but others are allowed", with(choice, func(p *integrations.Param) { p.Freeform = true }), "c", nil, ""},
		{"no choice, but a dictionary has more", with(choice, func(p *integrations.Param) { p.Dictionary = "d" }), "c", nil, ""},
		{"several choices", with(choice, func(p *integrations.Param) { p.Multiple = true }), "a, c", nil, "can be a or 2"},
		{"an unknown type takes anything", integrations.Param{Name: "p", Type: "Numeric"}, "-", []any{1}, ""},
		{"a file is not read", file, "/nowhere", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			texts, values := map[string]string{}, map[string]any{}
			if c.text != "-" {
				texts["p"] = c.text
			} else if c.value != nil {
				values["p"] = c.value
			}
			var want []connections.FieldError
			if c.rule != "" {
				want = []connections.FieldError{{Name: "p", Rule: c.rule}}
			}
			got := connections.Check(integrations.Action{Params: []integrations.Param{c.param}}, texts, values)
			if diff := cmp.Diff(want, got); diff != "" || read {
				t.Error(diff, read)
			}
		})
	}
}

// TestRun_Checks: what breaks a rule is named with its field, and nothing is sent, refreshed or kept.
func TestRun_Checks(t *testing.T) {
	t.Parallel()
	a := &api{}
	b := newBench(t, nil, func(p *provider) integrations.Integration {
		return &able{provider: p, run: a.run, actions: []integrations.Action{{Name: "add", SignIn: true, Params: []integrations.Param{
			{Name: "text", Type: "String", Required: true}, {Name: "size", Type: "Number", Max: "9"},
		}}}}
	})
	c := b.put("work", 2*time.Hour, time.Hour)
	_, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "add", Texts: map[string]string{"size": "10"}})
	if kindOf(t, err) != connections.KindUsage || err.Error() != "text is missing; size must be at most 9" {
		t.Errorf("%v", err)
	}
	if len(a.calls) > 0 || b.p.requests() > 0 || len(b.events(c.ID)) > 0 {
		t.Errorf("%d calls, %d refreshes, events %v", len(a.calls), b.p.requests(), b.events(c.ID))
	}
	if runs, err := b.PastRuns(t.Context(), "example", "add"); err != nil || len(runs) > 0 {
		t.Errorf("%v %v", runs, err)
	}
}
