package demo

import (
	"html"
	"net/http"
	"strings"
)

// form is a form of a page, as far as a person could use it without scripts.
type form struct {
	action, method string
	inputs         []field // sent whatever is clicked
	buttons        []field // of which one is sent
}

type field struct{ name, value string }

// readForms finds the forms of a page. It reads tags with quoted or bare attributes, which is what html/template writes;
// it is no HTML parser.
func readForms(page string) []form {
	var forms []form
	open := false
	for {
		start := strings.IndexByte(page, '<')
		if start < 0 {
			return forms
		}
		page = page[start+1:]
		if strings.HasPrefix(page, "!--") {
			_, page, _ = strings.Cut(page, "-->")
			continue
		}
		if page == "" || page[0] != '/' && !isLetter(page[0]) {
			continue // a "<" in text
		}
		var name string
		var attributes map[string]string
		name, attributes, page = readTag(page)
		switch {
		case name == "form":
			f := form{action: attributes["action"], method: strings.ToUpper(attributes["method"])}
			if f.method != http.MethodPost {
				f.method = http.MethodGet
			}
			forms, open = append(forms, f), true
		case name == "/form":
			open = false
		case !open || attributes["name"] == "":
		case name == "button" || name == "input" && attributes["type"] == "submit":
			f := &forms[len(forms)-1]
			f.buttons = append(f.buttons, field{attributes["name"], attributes["value"]})
		case name == "input":
			f := &forms[len(forms)-1]
			f.inputs = append(f.inputs, field{attributes["name"], attributes["value"]})
		}
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

const space = " \t\r\n\f"

// readTag reads a tag from behind its "<" and returns what follows its ">".
func readTag(s string) (name string, attributes map[string]string, rest string) {
	end := strings.IndexAny(s, space+">")
	if end < 0 {
		return "", nil, ""
	}
	name, s = strings.ToLower(s[:end]), s[end:]
	attributes = map[string]string{}
	for {
		s = strings.TrimLeft(s, space+"/")
		if s == "" {
			return name, attributes, ""
		}
		if s[0] == '>' {
			return name, attributes, s[1:]
		}
		end := strings.IndexAny(s, space+"=>")
		if end < 0 {
			return name, attributes, ""
		}
		key := strings.ToLower(s[:end])
		s = strings.TrimLeft(s[end:], space)
		value := ""
		if strings.HasPrefix(s, "=") {
			value, s = readValue(strings.TrimLeft(s[1:], space))
		} else if key == "" {
			return name, attributes, ""
		}
		if _, twice := attributes[key]; !twice {
			attributes[key] = html.UnescapeString(value)
		}
	}
}

func readValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		value, rest, _ = strings.Cut(s[1:], s[:1])
		return value, rest
	}
	end := strings.IndexAny(s, space+">")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}
