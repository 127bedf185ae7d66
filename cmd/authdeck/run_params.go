package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/internal/safetext"
)

// given are the parameters of a call: values of JSON, and texts that a person typed. No name is in both.
type given struct {
	values map[string]any
	texts  map[string]string
	ofRun  bool // values are the result of another run
}

// params reads --params, whose values are taken as they are, and -p, whose texts are typed and count where both name a parameter.
func (a *app) params(pairs []string, file string) (given, error) {
	g := given{values: map[string]any{}, texts: map[string]string{}}
	if file != "" {
		values, ofRun, err := a.paramsIn(file)
		if err != nil {
			return g, err
		}
		g.values, g.ofRun = values, ofRun
	}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return g, usage("-p wants name=value, got %q", p)
		}
		if _, twice := g.texts[name]; twice {
			return g, usage("-p %s is there twice; a list is one text, with commas or as JSON", name)
		}
		g.texts[name] = value
		delete(g.values, name)
	}
	return g, nil
}

// paramsIn reads a JSON object from a file or stdin. What `run --json` printed is an object, too: its result is meant, and ofRun true.
func (a *app) paramsIn(file string) (values map[string]any, ofRun bool, err error) {
	in := io.Reader(a.in)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, false, usage("--params: %s", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, false, usage("--params: %s", err)
	}
	v, _ := integrations.JSONOf(string(text))
	values, ok := v.(map[string]any)
	if !ok {
		return nil, false, usage("--params wants one JSON object: %s", notObject(text))
	}
	if _, ofRun := values["requests"].([]any); !ofRun {
		return values, false, nil
	}
	result, there := values["result"]
	if _, failed := values["error"]; failed && !there {
		return nil, false, usage("--params: that run failed, it has no result")
	}
	if !there {
		return values, false, nil
	}
	object, ok := result.(map[string]any)
	if !ok {
		return nil, false, usage("--params: the result of that run is no JSON object")
	}
	return object, true, nil
}

// fit leaves out of another run's result what the action has no parameter for, and says so. A parameter that is spelled wrong by
// hand is an error elsewhere.
func (a *app) fit(g given, params []integrations.Param) error {
	if !g.ofRun {
		return nil
	}
	var left []string
	for _, name := range slices.Sorted(maps.Keys(g.values)) {
		if !slices.ContainsFunc(params, func(p integrations.Param) bool { return p.Name == name }) {
			left = append(left, safetext.Line(name, 60))
			delete(g.values, name)
		}
	}
	if len(left) == 0 {
		return nil
	}
	if len(g.values) == 0 {
		return usage("--params: the result of that run has no member that the action takes; it has %s", strings.Join(left, ", "))
	}
	a.note("taken from that result: %s; left out: %s", strings.Join(slices.Sorted(maps.Keys(g.values)), ", "), strings.Join(left, ", "))
	return nil
}

// notObject says what a text is instead of one JSON object.
func notObject(text []byte) string {
	var broken *json.SyntaxError
	switch err := json.Unmarshal(text, new(any)); {
	case len(bytes.TrimSpace(text)) == 0:
		return "there is nothing"
	case errors.As(err, &broken) && broken.Offset >= int64(len(text)):
		return "it ends too early"
	case errors.As(err, &broken):
		return fmt.Sprintf("line %d: %s", 1+bytes.Count(text[:broken.Offset], []byte("\n")), broken)
	}
	return "it is another value"
}

// over lays what was given over a preset.
func (g given) over(p connections.Preset) given {
	out := given{values: map[string]any{}, texts: map[string]string{}}
	maps.Copy(out.values, p.Params)
	maps.Copy(out.texts, p.Texts)
	for name, v := range g.values {
		out.values[name] = v
		delete(out.texts, name)
	}
	for name, text := range g.texts {
		out.texts[name] = text
		delete(out.values, name)
	}
	return out
}
