package oauthflow

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"authdeck/internal/secret"
)

// CurlVariable is a shell variable that stands for a secret in a line of [Exchange.Curl].
type CurlVariable struct {
	Name  string        // TOKEN for the access token, else SECRET_1, SECRET_2, …
	Value secret.String // as it stands in the request; zero if the exchange does not know it
}

// Curl is the request as a line for a POSIX shell: each secret in it is a variable, everything else is quoted, and nothing
// depends on the shell's own history or globbing. A body that is no text, or larger than 64 KiB, comes from a file: a line
// before it says so. The variables are in the order of the line. It is for a shell, not for a screen: characters that a
// terminal obeys are made safe by whoever draws it.
func (e Exchange) Curl() (line string, variables []CurlVariable) {
	c := curl{}
	var r raw
	header := e.RequestHeader
	if e.raw != nil {
		r = e.raw()
		header = r.sent
		c.address(r.secrets.sure(r.secrets.urlPieces(r.url)))
	} else {
		c.address(maskedPieces(e.URL))
	}
	body, remark, has := e.curlBody(r)
	c.method(e.Method, has)
	if r.host != "" {
		c.header("Host", []piece{{text: r.host}})
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, v := range header[name] {
			switch {
			case slices.Contains(idleHeaders, name):
			case name == "Accept-Encoding":
				c.words = append(c.words, "--compressed")
			case e.raw != nil:
				c.header(name, r.secrets.sure(r.secrets.headerPieces(name, v)))
			default:
				c.header(name, maskedPieces(v))
			}
		}
	}
	if has && header.Get("Content-Type") == "" {
		c.words = append(c.words, "-H 'Content-Type:'") // curl would say that it is a form
	}
	switch {
	case remark != "":
		c.words = append(c.words, "--data-binary @"+curlFile)
	case has:
		c.words = append(c.words, "--data-raw "+c.quote(body, "", false))
	}
	return remark + strings.Join(append([]string{"curl"}, c.words...), " "), c.variables
}

const curlFile = "body.bin"

// idleHeaders say nothing that curl does not say itself.
var idleHeaders = []string{"User-Agent", "Content-Length", "Connection"}

// curlBody is the body in pieces, or a remark that it comes from a file. has is false if curl need not be told of one.
func (e Exchange) curlBody(r raw) (body []piece, remark string, has bool) {
	has = e.Method == http.MethodPost || e.Method == http.MethodPut || e.Method == http.MethodPatch
	if e.raw == nil {
		if n, ok := bytesAlone(e.RequestBody); ok {
			return nil, fromFile(n, "no text"), true
		}
		if len(e.RequestBody) > shownBody-utf8.UTFMax {
			return nil, fromFile(0, "too many for a line"), true
		}
		return maskedPieces(e.RequestBody), "", has || e.RequestBody != ""
	}
	sent := r.request
	switch {
	case !utf8.Valid(sent) || strings.ContainsFunc(string(sent[:min(len(sent), shownBody)]), unprintable):
		return nil, fromFile(len(sent), "no text"), true
	case len(sent) > shownBody:
		return nil, fromFile(len(sent), "too many for a line"), true
	}
	return r.secrets.sure(r.secrets.bodyPieces(r.sent.Get("Content-Type"), string(sent))), "", has || len(sent) > 0
}

func unprintable(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }

var noText = regexp.MustCompile(`^\(([0-9]+) bytes that are no text\)$`)

func bytesAlone(body string) (int, bool) {
	found := noText.FindStringSubmatch(body)
	if found == nil {
		return 0, false
	}
	n, err := strconv.Atoi(found[1])
	return n, err == nil
}

func fromFile(bytes int, why string) string {
	count := "the bytes"
	if bytes > 0 {
		count = fmt.Sprintf("the %d bytes", bytes)
	}
	return "# " + curlFile + " is a file with " + count + " of the body, which are " + why + "\n"
}

// curl is a line in the making.
type curl struct {
	words     []string
	variables []CurlVariable
}

var word = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

func (c *curl) method(method string, body bool) {
	switch {
	case method == http.MethodHead:
		c.words = append(c.words, "--head")
	case method == http.MethodGet && !body, method == "":
	case word.MatchString(method):
		c.words = append(c.words, "-X "+method)
	default:
		c.words = append(c.words, "-X "+c.quote([]piece{{text: method}}, "", false))
	}
}

// address comes first, and keeps what curl would take for a pattern or a detour.
func (c *curl) address(url []piece) {
	all := ""
	for _, p := range url {
		all += p.text
	}
	if strings.ContainsAny(all, "[]{}") {
		c.words = append(c.words, "--globoff")
	}
	if strings.Contains(all, "/./") || strings.Contains(all, "/../") {
		c.words = append(c.words, "--path-as-is")
	}
	c.words = append(c.words, c.quote(url, "", false))
}

func (c *curl) header(name string, value []piece) {
	if len(value) == 0 {
		c.words = append(c.words, "-H "+c.quote([]piece{{text: name + ";"}}, "", false)) // curl's way to send an empty one
		return
	}
	token := strings.HasSuffix(strings.ToLower(name), "token") || name == "Authorization" && !strings.HasPrefix(value[0].text, "Basic")
	c.words = append(c.words, "-H "+c.quote(value, name+": ", token))
}

// quote writes one word of the shell. token says that its first secret is the access token.
func (c *curl) quote(value []piece, before string, token bool) string {
	if before != "" && len(value) > 0 && !value[0].secret {
		before, value = before+value[0].text, value[1:]
	}
	value = append([]piece{{text: before}}, value...)
	var plain, double strings.Builder
	secrets, odd := false, false
	for i, p := range value {
		if !p.secret {
			plain.WriteString(p.text)
			odd = odd || strings.Contains(p.text, "!") // of the history, which double quotes do not keep out
			double.WriteString(inDouble.Replace(p.text))
			if i+1 < len(value) && value[i+1].secret && strings.HasSuffix(strings.ToLower(p.text), "access_token=") {
				token = true
			}
			continue
		}
		secrets = true
		name := "$" + c.variable(p.text, token)
		if token = false; i+1 < len(value) && startsName(value[i+1]) {
			name = "${" + name[1:] + "}"
		}
		double.WriteString(name)
		value[i].text = `"` + name + `"`
	}
	switch {
	case !secrets && word.MatchString(plain.String()):
		return plain.String()
	case !secrets:
		return single(plain.String())
	case !odd:
		return `"` + double.String() + `"`
	}
	var out strings.Builder
	for _, p := range value {
		switch {
		case p.secret:
			out.WriteString(p.text)
		case p.text != "":
			out.WriteString(single(p.text))
		}
	}
	return out.String()
}

var inDouble = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")

func single(text string) string { return `'` + strings.ReplaceAll(text, `'`, `'\''`) + `'` }

// startsName reports whether a variable's name would go on in a piece.
func startsName(p piece) bool {
	if p.secret || p.text == "" {
		return false
	}
	b := p.text[0]
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '['
}

// variable names a secret; the same one has the same name again.
func (c *curl) variable(value string, token bool) string {
	numbered := 1
	for _, v := range c.variables {
		if value != "" && v.Value.Reveal() == value {
			return v.Name
		}
		if v.Name == "TOKEN" {
			token = false
		} else {
			numbered++
		}
	}
	name := "TOKEN"
	if !token {
		name = "SECRET_" + strconv.Itoa(numbered)
	}
	c.variables = append(c.variables, CurlVariable{name, secret.New(value)})
	return name
}
