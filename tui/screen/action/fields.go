package action

import (
	"encoding/json"
	"strings"

	"authdeck/integrations"
	"authdeck/tui/ui/form"
)

// dryRun is the name of the toggle that stands below the parameters; no parameter can have it.
const dryRun = "\x00dry-run"

// fields are an action's parameters as a form, and the dry run below them.
func fields(a integrations.Action) []form.Field {
	return append(fieldsOf(a.Params), form.Field{Name: dryRun, Label: "dry run: send none", Kind: form.Toggle})
}

func fieldsOf(params []integrations.Param) []form.Field {
	list := make([]form.Field, 0, len(params)+1)
	for _, p := range params {
		list = append(list, fieldOf(p))
	}
	return list
}

// fieldOf is the widget of a parameter (reference/flowrunner.md §2.4): by what is known of its values, then by what its page asks
// for, then by its type.
func fieldOf(p integrations.Param) form.Field {
	f := form.Field{
		Name: p.Name, Label: safe(p.Label), Hint: safe(p.Description), Required: p.Required, Value: integrations.TextOf(p.Default), Freeform: p.Freeform,
		DependsOn: p.DependsOn, Min: p.Min.String(), Max: p.Max.String(), Step: p.Step.String(), Language: safe(p.Language),
	}
	if f.Label == "" {
		f.Label = safe(p.Name)
	}
	kind := strings.ToLower(strings.TrimSpace(p.Type))
	elem, list := integrations.ElementOf(kind)
	several := p.Multiple || p.Widget == "MULTI_SELECT_DROPDOWN" || list
	switch {
	case len(p.Options) > 0:
		f.Kind = form.Choice
		if several {
			f.Kind = form.Multi
		}
		for _, o := range p.Options {
			f.Options = append(f.Options, optionOf(o))
		}
	case p.Dictionary != "":
		f.Kind, f.Multiple = form.Pick, several
		// Where a dictionary fails, what one knows oneself must do; a page that wants a choice and nothing else says so.
		f.Freeform = p.Freeform || p.Widget != "DROPDOWN" && p.Widget != "MULTI_SELECT_DROPDOWN"
	case p.Fields == "" && (p.Freeform && isObject(kind) || p.Widget == "CODE_EDITOR" && (isObject(kind) || len(p.Members) > 0)):
		f.Kind = form.JSON // any keys, or the page wants an editor
	case p.Fields != "" || len(p.Members) > 0:
		f.Kind = form.Group
		if list {
			f.Kind = form.List
		}
		if len(p.Members) > 0 {
			f.Members = fieldsOf(p.Members)
		}
	default:
		f.Kind = byWidget(p, kind, elem, several)
		if f.Kind == form.Text {
			f.Kind = byType(p, kind, elem, several)
		}
		if f.Kind == form.JSON && f.Language == "" && f.Hint == "" {
			f.Hint = "JSON"
		}
	}
	return f
}

// byWidget is the kind that the page asks for, Text where its type decides.
func byWidget(p integrations.Param, kind, elem string, several bool) form.Kind {
	switch p.Widget {
	case "CODE_EDITOR":
		if !isObject(kind) && !strings.EqualFold(p.Language, "json") {
			return form.Code
		}
		return form.JSON
	case "FILE_SELECTOR":
		return form.File
	case "MULTI_LINE_TEXT":
		if !isObject(kind) && !isObject(elem) {
			return form.Lines
		}
	}
	if several {
		return form.Text
	}
	switch p.Widget {
	case "DATE_TIME_PICKER":
		return form.DateTime
	case "DATE_PICKER", "DATE":
		return form.Date
	case "NUMERIC", "NUMERIC_STEPPER":
		return form.Number
	case "TOGGLE", "CHECKBOX":
		if text := integrations.TextOf(p.Default); text == "" || text == "true" || text == "false" {
			return yesNo(p)
		}
	}
	return form.Text
}

func byType(p integrations.Param, kind, elem string, several bool) form.Kind {
	switch {
	case several && (elem == "string" || kind == "string"):
		return form.Lines // one element a line, or JSON
	case isObject(kind) || several:
		return form.JSON
	case kind == "number" || kind == "integer":
		return form.Number
	case kind == "boolean":
		return yesNo(p)
	case kind == "date":
		return form.DateTime
	}
	return form.Text
}

// yesNo is a box of two states where one of them is a value anyhow, else of three.
func yesNo(p integrations.Param) form.Kind {
	if p.Required || p.Default != nil {
		return form.Toggle
	}
	return form.Check
}

// isObject: types that one line of text cannot hold.
func isObject(kind string) bool { return kind == "object" || kind == "filesuploadoptions" }

// optionOf is a choice as the form has it.
func optionOf(o any) form.Option {
	value, label := integrations.OptionOf(o)
	return picked(value, label)
}

// picked is a value with its name, which may be anything.
func picked(value any, label string) form.Option {
	out := form.Option{Value: integrations.TextOf(value), Label: safe(label)}
	if _, isText := value.(string); !isText {
		if raw, err := json.Marshal(value); err == nil {
			out.JSON = string(raw)
		}
	}
	return out
}
