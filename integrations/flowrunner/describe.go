package flowrunner

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"authdeck/integrations"
	"authdeck/integrations/flowrunner/annotation"
)

// describe makes the description of a service in a folder.
func describe(f *folder, r record) integrations.Info {
	read := r.Read
	dir, id := f.path, f.id
	if id == "" {
		id = idOf(filepath.Base(dir))
	}
	info := integrations.Info{
		ID: id, Found: f.found, Name: read.Name, Kind: integrations.KindFlowRunner, Origin: dir, Docs: "", PKCE: byService,
		Auth: byService, Refresh: "none", Categories: []string{},
		Redirect:   integrations.Redirect{Class: integrations.RedirectUnknown, Host: "127.0.0.1", Port: integrations.DefaultPort, Path: "/callback"},
		Scopes:     integrations.Scopes{Never: true}, // they stand in the service's own address
		RevokeNone: "FlowRunner services have no operation for it",
	}
	if info.Name == "" {
		info.Name = filepath.Base(dir)
	}
	info.Icon.Glyph, info.Icon.ASCII = initials(info.Name)
	info.Icon.Colour, info.Icon.Light = colours(read)
	if read.Description != "" {
		info.Notes = append(info.Notes, read.Description)
	}
	for _, item := range read.Items {
		info.Inputs = append(info.Inputs, input(item))
	}
	info.ItemsUnknown, info.OwnClient, info.NoSignIn = !read.ItemsKnown, read.RequireOAuth, !read.RequireOAuth
	if read.RequireOAuth || slices.Contains(r.Methods, opRefresh) {
		info.Refresh = byService
	}
	if info.OwnClient {
		info.Written = []string{"Make an OAuth client at the provider; its notes may name FlowRunner's callback address: register this one instead"}
	}
	info.Setup = setup(info)
	return info
}

var notInID = regexp.MustCompile(`[^a-z0-9-]+`)

// idOf is the folder's name as an id.
func idOf(name string) string {
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if len(id) > 64 {
		id = id[:64]
	}
	if id == "" {
		return "service"
	}
	return id
}

func initials(name string) (glyph, ascii string) {
	glyph, ascii = "?", "?"
	for _, c := range name {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			glyph = string(unicode.ToUpper(c))
			break
		}
	}
	for _, c := range name {
		if c < 0x7f && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
			ascii = string(unicode.ToUpper(c))
			break
		}
	}
	return glyph, ascii
}

var isColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// colours are those of the service for a dark and for a light background: of its class or, since most services have them at
// their methods alone, those that most methods have.
func colours(read annotation.Service) (dark, light string) {
	if dark, light = pair(read.Colours); dark != "" {
		return dark, light
	}
	most := 0
	count := map[[2]string]int{}
	for _, m := range read.Methods {
		d, l := pair(m.Colours)
		if d == "" {
			continue
		}
		both := [2]string{d, l}
		if count[both]++; count[both] > most {
			most, dark, light = count[both], d, l
		}
	}
	return dark, light
}

// pair is the colours of one tag; one alone is for both.
func pair(list []string) (dark, light string) {
	var good []string
	for _, c := range list {
		if isColour.MatchString(c) {
			good = append(good, strings.ToLower(c))
		}
	}
	switch len(good) {
	case 0:
		return "", ""
	case 1:
		return good[0], ""
	}
	return good[0], good[1]
}

// input is a config item as the settings form knows it.
func input(item annotation.Item) integrations.Input {
	in := integrations.Input{
		Name: item.Name, Label: item.DisplayName, Hint: item.Hint, Required: item.Required, Secret: secretItem(item), Default: textOf(item.Default),
		Type: map[string]string{"BOOL": "bool", "TEXT": "text", "CHOICE": "choice", "DATE": "string"}[item.Type],
	}
	if in.Label == "" {
		in.Label = item.Name
	}
	if in.Type == "" {
		in.Type = "string"
	}
	for _, o := range item.Options {
		in.Options = append(in.Options, integrations.Option{Value: o, Label: o})
	}
	return in
}

// textOf is a default value as text; "" for what is none.
func textOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return ""
}

// byService stands where a service's own code decides, and nothing can be told of it.
const byService = "by the service"

// setup tells to register our redirect address: a service's own notes name FlowRunner's, which means nothing here.
func setup(info integrations.Info) []string {
	var ask []string
	for _, in := range info.Inputs {
		if in.Required && in.Default == "" {
			ask = append(ask, in.Label)
		}
	}
	steps := slices.Clone(info.Written)
	if info.OwnClient {
		steps = append(steps, "Register exactly this redirect address: http://"+info.Redirect.Host+":"+strconv.Itoa(info.Redirect.Port)+info.Redirect.Path)
	}
	if len(ask) > 0 {
		steps = append(steps, "Bring back: "+strings.Join(ask, ", ")+" (authdeck integrations set "+info.ID+")")
	}
	if len(steps) == 0 {
		steps = append(steps, "Nothing to do")
	}
	return steps
}

// ID is the id that a service in this folder has by itself.
func ID(dir string) string { return idOf(filepath.Base(dir)) }
