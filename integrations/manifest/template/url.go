package template

import (
	"net/url"
	"regexp"
	"strings"
)

// host is what a value may be that stands in the place of a host or a part of it.
var host = regexp.MustCompile(`^[A-Za-z0-9._~:\[\]-]+$`)

// URL fills the template as a URL. A value in the path, query or fragment is percent-encoded unless it is raw; one in the
// host must be characters of a host; one at the very start may be a whole address. It is an error if a variable is not set.
func (t *Template) URL(env Env) (string, error) {
	s, ok, err := t.fill(env, func(before, value string, raw bool) (string, error) {
		switch where(before) {
		case atStart:
			return value, nil
		case inHost:
			if !host.MatchString(value) {
				return "", failf(0, "%q cannot be part of a host", value)
			}
			return value, nil
		case inPath:
			if raw {
				return value, nil
			}
			return segment(value), nil
		case inQuery:
		}
		if raw {
			return value, nil
		}
		return escape(value), nil
	})
	if err != nil {
		return "", err
	}
	if !ok {
		return "", failf(0, "%s is not set", strings.Join(t.Missing(env), ", "))
	}
	return s, nil
}

type place int

const (
	atStart place = iota
	inHost
	inPath
	inQuery // or fragment
)

// where says what place in a URL follows the text before.
func where(before string) place {
	if before == "" {
		return atStart
	}
	if strings.ContainsAny(before, "?#") {
		return inQuery
	}
	_, rest, ok := strings.Cut(before, "://")
	if !ok {
		if strings.HasPrefix(before, "/") {
			return inPath
		}
		return inHost
	}
	if strings.Contains(rest, "/") {
		return inPath
	}
	return inHost
}

// segment encodes a value that is one segment of a path; "." and ".." would climb and are encoded too.
func segment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}
