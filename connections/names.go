package connections

import (
	"strconv"
	"strings"

	"authdeck/internal/safetext"
)

// nameCells is how wide a name may be.
const nameCells = 64

// checkName refuses what could not be typed, shown or told from an id.
func checkName(name string) error {
	why := ""
	switch {
	case name == "" || strings.TrimSpace(name) != name:
		why = "a name has at least one character, and no blank at its ends"
	case safetext.Line(name, 0) != name:
		why = "a name has no control or invisible characters"
	case safetext.Width(name) > nameCells:
		why = "a name is at most 64 columns wide"
	case strings.HasPrefix(name, "-"):
		why = `a name does not begin with "-"`
	case strings.Contains(name, "/"):
		why = `a name has no "/"`
	case isID(name):
		why = "a name does not look like an id"
	default:
		return nil
	}
	return &Error{Kind: KindUsage, Message: quote(name) + " cannot be a name: " + why, Hint: "choose another name, like demo-ada"}
}

// proposedName is the n-th try at a name for a new connection: integration and account ("demo-ada", "demo-ada-2"), or a
// number where nobody knows the account.
func proposedName(integration, identity string, n int) string {
	account, _, _ := strings.Cut(identity, "@")
	account = slug(account)
	base := cut(slug(integration + "-" + account))
	if base == "" {
		base = "connection"
	}
	if n == 1 && account != "" {
		return base
	}
	return base + "-" + strconv.Itoa(n)
}

// cut leaves room for a number.
func cut(s string) string {
	if len(s) > nameCells-8 {
		s = strings.TrimRight(s[:nameCells-8], "-")
	}
	return s
}

// slug keeps lower-case letters, digits and single dashes.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimRight(b.String(), "-")
}

// nearest returns the candidate that word was probably meant to be, "" if none is near.
func nearest(word string, candidates []string) string {
	best, found := len(word)/2+1, ""
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < best || d == best && found == "" && d <= 2 {
			best, found = d, c
		}
	}
	return found
}

// distance counts the insertions, deletions and substitutions between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
