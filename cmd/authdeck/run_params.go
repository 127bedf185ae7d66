package main

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"strings"

	"authdeck/connections"
)

// given are the parameters of a call: values of JSON, and texts that a person typed. No name is in both.
type given struct {
	values map[string]any
	texts  map[string]string
}

// params reads --params, whose values are taken as they are, and -p, whose texts are typed and count where both name a parameter.
func (a *app) params(pairs []string, file string) (given, error) {
	g := given{values: map[string]any{}, texts: map[string]string{}}
	if file != "" {
		values, err := a.paramsIn(file)
		if err != nil {
			return g, err
		}
		g.values = values
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

// paramsIn reads a JSON object from a file or stdin. What `run --json` printed is an object, too: its result is meant.
func (a *app) paramsIn(file string) (map[string]any, error) {
	in := io.Reader(a.in)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, usage("--params: %s", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	var values map[string]any
	d := json.NewDecoder(in)
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return nil, usage("--params wants one JSON object: %s", err)
	}
	if values == nil || d.More() {
		return nil, usage("--params wants one JSON object")
	}
	if _, ofRun := values["requests"].([]any); !ofRun {
		return values, nil
	}
	result, there := values["result"]
	if _, failed := values["error"]; failed && !there {
		return nil, usage("--params: that run failed, it has no result")
	}
	if !there {
		return values, nil
	}
	object, ok := result.(map[string]any)
	if !ok {
		return nil, usage("--params: the result of that run is no JSON object")
	}
	return object, nil
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
