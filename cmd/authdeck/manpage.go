package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// page is a manual page in the making.
type page struct{ b strings.Builder }

// roff makes text harmless: no request, no escape, hyphens that can be copied, ASCII only.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	var b strings.Builder
	for _, r := range s {
		if r > 0x7e {
			_, _ = fmt.Fprintf(&b, `\[u%04X]`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// request writes a control line.
func (p *page) request(name string, args ...string) {
	p.b.WriteString("." + name)
	for _, a := range args {
		p.b.WriteString(` "` + strings.ReplaceAll(roff(a), `"`, `\(dq`) + `"`)
	}
	p.b.WriteByte('\n')
}

// text writes lines of running text; one that begins with a dot is no request.
func (p *page) text(s string) {
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		line = roff(line)
		if strings.HasPrefix(line, ".") {
			line = `\&` + line
		}
		p.b.WriteString(line + "\n")
	}
}

func (p *page) bold(s string) { p.b.WriteString(`\fB` + roff(s) + "\\fR\n") }

// block writes paragraphs; lines that are indented stay as they are.
func (p *page) block(s string) {
	for n, paragraph := range strings.Split(strings.TrimSpace(s), "\n\n") {
		if n > 0 {
			p.request("PP")
		}
		var running []string
		flush := func() {
			if len(running) > 0 {
				p.text(strings.Join(running, "\n"))
			}
			running = nil
		}
		var table []string
		end := func() {
			if len(table) > 0 {
				p.verbatim(strings.Join(table, "\n"))
			}
			table = nil
		}
		for line := range strings.SplitSeq(paragraph, "\n") {
			if strings.HasPrefix(line, "  ") {
				flush()
				table = append(table, line)
				continue
			}
			end()
			running = append(running, line)
		}
		flush()
		end()
	}
}

// verbatim keeps lines as they are.
func (p *page) verbatim(s string) {
	p.request("PP")
	p.request("RS", "4")
	p.request("nf")
	for line := range strings.SplitSeq(strings.Trim(s, "\n"), "\n") {
		p.b.WriteString(`\&` + roff(strings.TrimPrefix(line, "  ")) + "\n")
	}
	p.request("fi")
	p.request("RE")
}

// flags reads what --help says of flags: "  -q, --quiet   say nothing but errors".
func (p *page) flags(title, usages string) {
	if strings.TrimSpace(usages) == "" {
		return
	}
	p.request("SH", title)
	for line := range strings.SplitSeq(strings.TrimRight(usages, "\n"), "\n") {
		name, usage, _ := strings.Cut(strings.TrimSpace(line), "   ")
		p.request("TP")
		p.bold(name)
		p.text(usage)
	}
}

func (p *page) commands(c *cobra.Command) {
	if !c.HasAvailableSubCommands() {
		return
	}
	p.request("SH", "COMMANDS")
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			p.request("TP")
			p.bold(manName(sub) + "(1)")
			p.text(sub.Short)
		}
	}
}

// exitStatus is the list of README.md and of failure.go.
func (p *page) exitStatus() {
	p.request("SH", "EXIT STATUS")
	for code, meaning := range []string{
		"done", "failed for a reason not below", "wrong usage", "no such connection, integration or action",
		"sign-in needed: the grant is dead, expired without a refresh token, or was never finished",
		"transient: network or provider trouble, worth trying again; nothing was lost",
		"the store is locked, damaged or cannot be unlocked", "the provider answered the action with an error",
	} {
		p.request("TP")
		p.bold(fmt.Sprint(code))
		p.text(meaning)
	}
}

func (p *page) environment() {
	p.request("SH", "ENVIRONMENT")
	for _, v := range [][2]string{
		{"AUTHDECK_DATA_DIR", "the folder where everything lives; $XDG_DATA_HOME/authdeck without it"},
		{"AUTHDECK_KEY_FILE", "the key file that opens the store"},
		{"BROWSER", "the browser for sign-ins"},
		{"HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR", "as everywhere, for each outgoing request"},
		{"NO_COLOR", "no colour, with any value that is not empty"},
	} {
		p.request("TP")
		p.bold(v[0])
		p.text(v[1])
	}
}

func (p *page) seeAlso(c *cobra.Command) {
	var names []string
	if c.HasParent() {
		names = append(names, manName(c.Parent())+"(1)")
		for _, sub := range c.Parent().Commands() {
			if sub != c && sub.IsAvailableCommand() {
				names = append(names, manName(sub)+"(1)")
			}
		}
	}
	if len(names) == 0 {
		return
	}
	p.request("SH", "SEE ALSO")
	p.text(strings.Join(names, ",\n"))
}
