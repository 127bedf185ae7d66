package browser

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL bounds what is put into an argument of a program.
const maxURL = 16 << 10

// CheckURL parses, checks and re-serialises an address: https, or http on loopback; no userinfo, control character or
// space; at most 16 KiB (N10). Characters that mean something to a shell, also where they are legal in a URL, come back
// percent-encoded, since what opens addresses is often a script. The error is [ErrURL] and does not repeat the address.
func CheckURL(address string) (string, error) {
	if len(address) > maxURL {
		return "", bad("it is longer than 16 KiB")
	}
	for _, b := range []byte(address) {
		if b <= ' ' || b >= 0x7f {
			return "", bad("it has a space, a control character or one that is not ASCII")
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", bad("it cannot be read")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", bad("it is neither https nor http")
	case u.Opaque != "" || u.Host == "":
		return "", bad("it names no host")
	case u.User != nil:
		return "", bad("it carries a user name")
	case !hostOK(u):
		return "", bad("its host is not one")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", bad("it is http and not on this machine")
	}
	out := u.Scheme + "://" + strings.ToLower(u.Host)
	parts := []struct {
		mark, text string
		there      bool
	}{
		{"", u.EscapedPath(), true},
		{"?", u.RawQuery, u.RawQuery != "" || u.ForceQuery},
		{"#", u.EscapedFragment(), u.Fragment != ""},
	}
	for _, p := range parts {
		if !p.there {
			continue
		}
		text, ok := encode(p.text)
		if !ok {
			return "", bad("it has a broken escape")
		}
		out += p.mark + text
	}
	if len(out) > maxURL {
		return "", bad("it is longer than 16 KiB")
	}
	return out, nil
}

func bad(why string) error { return fmt.Errorf("%w: %s", ErrURL, why) }

// nameChars are those of host and user names.
const nameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// hostOK reports whether host and port are a name or an address, and a number.
func hostOK(u *url.URL) bool {
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return false
		}
	} else if strings.HasSuffix(u.Host, ":") {
		return false
	}
	name := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		a, err := netip.ParseAddr(name)
		return err == nil && a.Is6() && a.Zone() == ""
	}
	return name != "" && len(name) <= 253 && name[0] != '-' && name[0] != '.' && strings.Trim(name, nameChars) == ""
}

// loopback reports whether a host is this machine in all spellings that are safe to rely on.
func loopback(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(name)
	return err == nil && a.IsLoopback()
}

// encode percent-encodes what is not plainly part of a URL; ok is false if an escape that is there is broken.
func encode(s string) (out string, ok bool) {
	const plain = "-._~/?:@&=+,"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%':
			if i+2 >= len(s) || !hex(s[i+1]) || !hex(s[i+2]) {
				return "", false
			}
			b.WriteByte(c)
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String(), true
}

func hex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
