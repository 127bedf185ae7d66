package connections

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// ActionIndex finds actions by what a person types of them. Safe for concurrent use; make a new one for a new list.
type ActionIndex struct {
	rows    []indexedAction
	grouped []int // the answer to an empty query
}

// indexedAction holds the folded texts of an action, the weightiest first.
type indexedAction struct {
	fields  [indexFields]string
	letters [indexFields]uint64 // lettersOf each
	used    int64               // of LastUsed, 0 if never
	rank    uint32              // among all by used, the last used highest; equal ones in their order
}

// lettersOf is the set of the bytes of a text, several of the rare ones in one bit: what it lacks is not in the text.
func lettersOf(s string) (set uint64) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			set |= 1 << (c - 'a')
		case c >= '0' && c <= '9':
			set |= 1 << (26 + c - '0')
		case c != ' ':
			set |= 1 << (36 + c%28)
		}
	}
	return set
}

// sought is a word of a query.
type sought struct {
	word, begins string // begins has a blank before it
	letters      uint64
}

const indexFields = 5 // label, name, integration's name and id, category, description

// fieldWeight is what a hit in each field counts.
var fieldWeight = [indexFields]uint32{1000, 900, 700, 400, 300}

// The ways in which a word hits a field, by what they count.
const (
	hitWhole  uint32 = 400
	hitStart  uint32 = 300
	hitWord   uint32 = 250
	hitInside uint32 = 150
	hitApart  uint32 = 1
)

// NewActionIndex indexes a list; the answers of Search are places in it.
func NewActionIndex(list []FoundAction) *ActionIndex {
	x := &ActionIndex{rows: make([]indexedAction, len(list)), grouped: make([]int, len(list))}
	for i, f := range list {
		x.grouped[i] = i
		x.rows[i] = indexedAction{fields: [indexFields]string{
			folded(f.Label), folded(f.Name), folded(f.IntegrationName + " " + f.Integration), folded(f.Category), folded(f.Description),
		}}
		if !f.LastUsed.IsZero() {
			x.rows[i].used = f.LastUsed.UnixNano()
		}
	}
	byUse := slices.Clone(x.grouped)
	slices.SortStableFunc(byUse, func(i, j int) int { return cmp.Compare(x.rows[j].used, x.rows[i].used) })
	for n, i := range byUse {
		x.rows[i].rank = uint32(len(list) - n) //nolint:gosec // a list is shorter than that
		for f, text := range x.rows[i].fields {
			x.rows[i].letters[f] = lettersOf(text)
		}
	}
	// Last used first, and each group where its last used is; the others by category, which is empty last.
	recent := map[string]int64{}
	for i, f := range list {
		recent[f.Category] = max(recent[f.Category], x.rows[i].used)
	}
	slices.SortStableFunc(x.grouped, func(i, j int) int {
		a, b := list[i], list[j]
		return cmp.Or(
			cmp.Compare(recent[b.Category], recent[a.Category]),
			compareEmptyLast(a.Category, b.Category),
			cmp.Compare(x.rows[j].used, x.rows[i].used),
			cmp.Compare(x.rows[i].fields[2], x.rows[j].fields[2]),
			cmp.Compare(x.rows[i].fields[0], x.rows[j].fields[0]),
		)
	})
	return x
}

func compareEmptyLast(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
}

// folded is a text in lower case with everything but letters and digits as single blanks. "listAllNotes" is three words, too.
func folded(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 4)
	blank, lower := true, false
	for _, r := range s {
		isLetter := unicode.IsLetter(r) || unicode.IsDigit(r)
		if (!isLetter || unicode.IsUpper(r) && lower) && !blank {
			b.WriteByte(' ')
			blank = true
		}
		if isLetter {
			b.WriteRune(unicode.ToLower(r))
			blank = false
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
	}
	return strings.TrimRight(b.String(), " ")
}

// Search returns the places of the actions that hold each word of the query, best first: in the operation's label or name before
// the integration's name, category and description, at the start of a word before inside of one, and last with its letters apart.
// Equally good ones come in the order of use. An empty query returns all, grouped by category, last used first.
func (x *ActionIndex) Search(query string) []int {
	var words []sought
	for _, w := range strings.Fields(folded(query)) {
		words = append(words, sought{word: w, begins: " " + w, letters: lettersOf(w)})
	}
	if len(words) == 0 {
		return slices.Clone(x.grouped)
	}
	byRank := make([]int, len(x.rows)+1)
	var hits []uint64 // score, then rank
	for i := range x.rows {
		if score := x.rows[i].score(words); score > 0 {
			hits = append(hits, uint64(score)<<32|uint64(x.rows[i].rank))
			byRank[x.rows[i].rank] = i
		}
	}
	slices.Sort(hits)
	places := make([]int, len(hits))
	for i, h := range hits {
		places[len(hits)-1-i] = byRank[uint32(h)] //nolint:gosec // the lower half is meant
	}
	return places
}

// score is 0 if one of the words is nowhere.
func (r *indexedAction) score(words []sought) uint32 {
	total := uint32(0)
	for i := range words {
		w, best := &words[i], uint32(0)
		for f := range r.fields {
			if fieldWeight[f]+hitWhole <= best {
				break
			}
			if w.letters&^r.letters[f] != 0 {
				continue
			}
			switch h := hitOf(r.fields[f], w, f < indexFields-1); h {
			case 0:
			case hitApart:
				best = max(best, 1+fieldWeight[f]/10) // worse than any hit in one piece
			default:
				best = max(best, fieldWeight[f]+h)
			}
		}
		if best == 0 {
			return 0
		}
		total += best
	}
	return total
}

// hitOf says how a word stands in a field; apart allows its letters to stand apart, in the order of the word.
func hitOf(field string, w *sought, apart bool) uint32 {
	at := strings.Index(field, w.word)
	switch {
	case at == 0 && len(field) == len(w.word):
		return hitWhole
	case at == 0:
		return hitStart
	case at > 0 && (field[at-1] == ' ' || strings.Contains(field[at:], w.begins)):
		return hitWord
	case at > 0:
		return hitInside
	case apart && len(w.word) > 1 && inOrder(field, w.word):
		return hitApart
	}
	return 0
}

// inOrder reports whether the letters of word stand in field in their order, the first of them at the start of a word.
func inOrder(field, word string) bool {
	for from := 0; from < len(field); {
		if field[from] == word[0] && subsequence(field[from:], word) {
			return true
		}
		blank := strings.IndexByte(field[from:], ' ')
		if blank < 0 {
			return false
		}
		from += blank + 1
	}
	return false
}

func subsequence(field, word string) bool {
	j := 0
	for i := 0; i < len(field) && j < len(word); i++ {
		if field[i] == word[j] {
			j++
		}
	}
	return j == len(word)
}
