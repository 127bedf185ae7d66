package engine

import (
	"github.com/dop251/goja"
	weburl "github.com/nlnwa/whatwg-url/url"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// parseURL reads a URL (argument 0), relative to a base (1) if there is one, and sets one part of it (2 and 3) if it is
// named. It returns its parts, null if it is none.
func (e *Engine) parseURL(call goja.FunctionCall) goja.Value {
	p := weburl.NewParser()
	var u *weburl.Url
	var err error
	text := call.Argument(0).String()
	part, value := call.Argument(2).String(), call.Argument(3).String()
	if part == "href" {
		text = value
	}
	if base := call.Argument(1); goja.IsUndefined(base) {
		u, err = p.Parse(text)
	} else {
		u, err = p.ParseRef(base.String(), text)
	}
	if err != nil {
		return goja.Null()
	}
	switch part {
	case "protocol":
		u.SetProtocol(value)
	case "username":
		u.SetUsername(value)
	case "password":
		u.SetPassword(value)
	case "host":
		u.SetHost(value)
	case "hostname":
		u.SetHostname(value)
	case "port":
		u.SetPort(value)
	case "pathname":
		u.SetPathname(value)
	case "search":
		u.SetSearch(value)
	case "hash":
		u.SetHash(value)
	}
	origin := "null"
	switch u.Scheme() {
	case "http", "https", "ws", "wss", "ftp":
		origin = u.Protocol() + "//" + u.Host()
	}
	return e.object("href", u.Href(false), "origin", origin, "protocol", u.Protocol(), "username", u.Username(), "password", u.Password(),
		"host", u.Host(), "hostname", u.Hostname(), "port", u.Port(), "pathname", u.Pathname(), "search", u.Search(), "hash", u.Hash())
}

// collate is localeCompare in en-US.
func (e *Engine) collate(call goja.FunctionCall) goja.Value {
	c := collate.New(language.AmericanEnglish)
	return e.vm.ToValue(c.CompareString(call.Argument(0).String(), call.Argument(1).String()))
}
