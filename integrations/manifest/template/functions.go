package template

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // some providers demand it; nothing of ours rests on it
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// function is one of the list. Adding one is a decision, not a habit.
type function struct {
	min, max  int  // arguments beside the input
	generates bool // takes no input: {{random 16}}, though {{now | now_s}} is read as well
	apply     func(env Env, in any, args []any) (any, error)
}

func (f function) count(at int, name string, n int) error {
	switch {
	case n >= f.min && n <= f.max:
		return nil
	case f.min == f.max:
		return failf(at, "%s takes %s, not %d", name, plural(f.min), n)
	}
	return failf(at, "%s takes %d to %d arguments, not %d", name, f.min, f.max, n)
}

func plural(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "one argument"
	}
	return strconv.Itoa(n) + " arguments"
}

// later are functions of manifests.md that are not built yet.
var later = []string{"ed25519"}

func unknownFunction(at int, name string) error {
	if slices.Contains(later, name) {
		return failf(at, "the function %s is not supported by this version", name)
	}
	if name == "" {
		return failf(at, "a function's name must follow |")
	}
	return failf(at, "unknown function %q; there are %s", name, strings.Join(Functions(), ", "))
}

// Functions lists the names there are, in order.
func Functions() []string {
	names := make([]string, 0, len(functions))
	for n := range functions {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

var functions = map[string]function{
	"raw":         {apply: func(_ Env, in any, _ []any) (any, error) { return rawText(text(in)), nil }},
	"urlencode":   {apply: func(_ Env, in any, _ []any) (any, error) { return rawText(escape(text(in))), nil }},
	"base64":      {apply: func(_ Env, in any, _ []any) (any, error) { return base64.StdEncoding.EncodeToString(raw(in)), nil }},
	"base64url":   {apply: func(_ Env, in any, _ []any) (any, error) { return base64.RawURLEncoding.EncodeToString(raw(in)), nil }},
	"hex":         {apply: func(_ Env, in any, _ []any) (any, error) { return hex.EncodeToString(raw(in)), nil }},
	"md5":         {apply: hashed(md5.New)},
	"sha1":        {apply: hashed(sha1.New)},
	"sha256":      {apply: hashed(sha256.New)},
	"hmac_sha1":   {min: 1, max: 1, apply: signed(sha1.New)},
	"hmac_sha256": {min: 1, max: 1, apply: signed(sha256.New)},
	"slice":       {min: 2, max: 2, apply: slice},
	"lower":       {apply: func(_ Env, in any, _ []any) (any, error) { return strings.ToLower(text(in)), nil }},
	"upper":       {apply: func(_ Env, in any, _ []any) (any, error) { return strings.ToUpper(text(in)), nil }},
	"trim_prefix": {min: 1, max: 1, apply: func(_ Env, in any, a []any) (any, error) {
		return strings.TrimPrefix(text(in), text(a[0])), nil
	}},
	"trim_suffix": {min: 1, max: 1, apply: func(_ Env, in any, a []any) (any, error) {
		return strings.TrimSuffix(text(in), text(a[0])), nil
	}},
	"replace": {min: 2, max: 2, apply: func(_ Env, in any, a []any) (any, error) {
		return strings.ReplaceAll(text(in), text(a[0]), text(a[1])), nil
	}},
	"split": {min: 1, max: 1, apply: split},
	"join":  {min: 1, max: 1, apply: join},
	"json":  {apply: asJSON},
	"default": {min: 1, max: 1, apply: func(_ Env, in any, _ []any) (any, error) {
		return in, nil // one that is not set never comes here
	}},
	"now_s": {generates: true, apply: func(env Env, _ any, _ []any) (any, error) {
		return env.Now().Unix(), nil
	}},
	"now_ms": {generates: true, apply: func(env Env, _ any, _ []any) (any, error) {
		return env.Now().UnixMilli(), nil
	}},
	"now_iso": {generates: true, apply: func(env Env, _ any, _ []any) (any, error) {
		return env.Now().UTC().Format(time.RFC3339), nil
	}},
	"random": {generates: true, min: 1, max: 1, apply: random},
	"uuid":   {generates: true, apply: uuid},
}

// escape percent-encodes all but unreserved characters; a blank is %20.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func hashed(h func() hash.Hash) func(Env, any, []any) (any, error) {
	return func(_ Env, in any, _ []any) (any, error) {
		sum := h()
		_, _ = sum.Write(raw(in)) // a hash takes everything
		return sum.Sum(nil), nil
	}
}

func signed(h func() hash.Hash) func(Env, any, []any) (any, error) {
	return func(_ Env, in any, args []any) (any, error) {
		mac := hmac.New(h, raw(args[0]))
		_, _ = mac.Write(raw(in)) // a hash takes everything
		return mac.Sum(nil), nil
	}
}

// slice cuts characters from…to; what lies outside the text is left out.
func slice(_ Env, in any, args []any) (any, error) {
	from, ok1 := args[0].(int)
	to, ok2 := args[1].(int)
	if !ok1 || !ok2 {
		return nil, errors.New("from and to must be numbers")
	}
	r := []rune(text(in))
	to = min(to, len(r))
	from = min(from, to)
	return string(r[from:to]), nil
}

func split(_ Env, in any, args []any) (any, error) {
	var list []any
	for _, s := range strings.Split(text(in), text(args[0])) {
		list = append(list, s)
	}
	return list, nil
}

func join(_ Env, in any, args []any) (any, error) {
	list, ok := in.([]any)
	if !ok {
		return nil, errors.New("needs a list")
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = text(v)
	}
	return strings.Join(words, text(args[0])), nil
}

func asJSON(_ Env, in any, _ []any) (any, error) {
	if b, ok := in.([]byte); ok {
		in = text(b)
	}
	b, err := json.Marshal(in)
	if err != nil {
		return nil, errors.New("the value cannot be written as JSON")
	}
	return string(b), nil
}

// random returns N random bytes, base64url.
func random(env Env, _ any, args []any) (any, error) {
	n, ok := args[0].(int)
	if !ok || n < 1 || n > 256 {
		return nil, errors.New("takes a number from 1 to 256")
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(env.Rand, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// uuid returns a random UUID (RFC 9562, version 4).
func uuid(env Env, _ any, _ []any) (any, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(env.Rand, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
