package jsondoc

import (
	"hash/maphash"
	"strconv"
)

// identityKeys may tell the elements of an array apart; the first that does is taken.
var identityKeys = [...]string{"id", "_id", "uuid", "key", "name"}

// identities finds the key that all elements of both arrays have, each value once in an array, and returns the values.
func identities(as, bs []Node) (x, y []string, ok bool) {
	if len(as) == 0 || len(bs) == 0 {
		return nil, nil, false
	}
	for _, key := range identityKeys {
		x, ok = identitiesBy(as, key)
		if !ok {
			continue
		}
		if y, ok = identitiesBy(bs, key); ok {
			return x, y, true
		}
	}
	return nil, nil, false
}

func identitiesBy(list []Node, key string) ([]string, bool) {
	out, seen := make([]string, 0, len(list)), make(map[string]bool, len(list))
	for _, n := range list {
		m := n.Member(key)
		if !m.OK() {
			return nil, false
		}
		id := ""
		switch m.Kind() {
		case String:
			id = `"` + m.Value()
		case Number:
			id = canonical(m.Raw())
		default:
			return nil, false
		}
		if seen[id] {
			return nil, false
		}
		seen[id] = true
		out = append(out, id)
	}
	return out, true
}

func (f *differ) byIdentity(as, bs []Node, x, y []string, a, b Node, path string) {
	at := make(map[string]int, len(y))
	for i, id := range y {
		at[id] = i
	}
	last, moved := -1, false
	for i, id := range x {
		j, ok := at[id]
		if !ok {
			f.say(Removed, under(path, as[i]), as[i], Node{})
			continue
		}
		delete(at, id)
		moved = moved || j < last
		last = max(last, j)
		f.compare(as[i], bs[j], path, bs[j])
	}
	for j, id := range y {
		if _, left := at[id]; left {
			f.say(Added, under(path, bs[j]), Node{}, bs[j])
		}
	}
	if moved && !f.ended {
		f.say(Reordered, path, a, b)
	}
}

// byCommonPart pairs equal elements along the longest common part of the arrays; what lies between is compared by position.
func (f *differ) byCommonPart(as, bs []Node, path string) {
	x, y := f.sums(as), f.sums(bs)
	from := 0
	for from < len(x) && from < len(y) && x[from] == y[from] {
		from++
	}
	n, m := len(x), len(y)
	for n > from && m > from && x[n-1] == y[m-1] {
		n, m = n-1, m-1
	}
	i, j := from, from
	for _, p := range common(x[from:n], y[from:m]) {
		f.between(as[i:from+p[0]], bs[j:from+p[1]], path)
		i, j = from+p[0]+1, from+p[1]+1
	}
	f.between(as[i:n], bs[j:m], path)
}

func (f *differ) between(as, bs []Node, path string) {
	for k := range max(len(as), len(bs)) {
		switch {
		case f.ended:
			return
		case k >= len(bs):
			f.say(Removed, under(path, as[k]), as[k], Node{})
		case k >= len(as):
			f.say(Added, under(path, bs[k]), Node{}, bs[k])
		default:
			f.compare(as[k], bs[k], path, bs[k])
		}
	}
}

// common is the longest common subsequence as pairs of places; none if finding it costs too much.
func common(x, y []uint64) [][2]int {
	n, m := len(x), len(y)
	if n == 0 || m == 0 || n > mostCells/m {
		return nil
	}
	// best[i*(m+1)+j] is the length for x[i:] and y[j:].
	best := make([]uint32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if x[i] == y[j] {
				best[i*(m+1)+j] = best[(i+1)*(m+1)+j+1] + 1
			} else {
				best[i*(m+1)+j] = max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case x[i] == y[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case best[(i+1)*(m+1)+j] >= best[i*(m+1)+j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

func (f *differ) sums(list []Node) []uint64 {
	out := make([]uint64, len(list))
	for i, n := range list {
		f.work -= len(n.Raw())
		out[i] = f.sum(n)
	}
	return out
}

// sum is equal for values that are equal as Diff has it.
func (f *differ) sum(n Node) uint64 {
	if f.over() {
		return 0
	}
	kind := n.Kind()
	h := uint64(kind) + 1
	switch kind {
	case Object:
		for c := range n.Children() {
			key, _ := c.Key()
			h += mix(maphash.String(f.seed, key), f.sum(c)) // the order of keys does not count
		}
	case Array:
		for c := range n.Children() {
			h = mix(h, f.sum(c))
		}
	case String:
		return mix(h, maphash.String(f.seed, n.Value()))
	case Number:
		return mix(h, maphash.String(f.seed, canonical(n.Raw())))
	default:
		return mix(h, maphash.Bytes(f.seed, n.Raw()))
	}
	return mix(h, uint64(kind))
}

func mix(a, b uint64) uint64 {
	h := (a ^ b>>29) * 0x9e3779b97f4a7c15
	h ^= h >> 32
	h = (h + b) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// canonical is equal for numbers of equal value: its digits without zeros around them, and the power of ten.
func canonical(raw []byte) string {
	sign, digits, exp := "", make([]byte, 0, len(raw)), 0
	point := false
scan:
	for i, c := range raw {
		switch {
		case c == '-':
			sign = "-"
		case c == '.':
			point = true
		case isDigit(c):
			if point {
				exp--
			}
			if c != '0' || len(digits) > 0 {
				digits = append(digits, c)
			}
		default: // e or E
			n, err := strconv.ParseInt(string(raw[i+1:]), 10, 32)
			if err != nil {
				return string(raw) // beyond any use
			}
			exp += int(n)
			break scan
		}
	}
	for len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
		exp++
	}
	if len(digits) == 0 {
		return "0"
	}
	return sign + string(digits) + "e" + strconv.Itoa(exp)
}
