package jsondoc

import (
	"slices"
	"strings"
)

const (
	sampleRows = 200 // elements that are looked at to find columns
	mostKeys   = 500 // keys of them that are counted
)

// Column is a key of the elements of a list.
type Column struct {
	Key     string
	Count   int  // elements of the sample that have it
	Width   int  // characters of its longest value in the sample, as Preview has it; at most 60
	Numbers bool // all values of the sample are numbers or null
}

// Columns reports whether a value is a list of objects and which keys these have, the most frequent first and else in
// their order. It looks at the first 200 elements; one in ten may be something else.
func (n Node) Columns() (columns []Column, ok bool) {
	if !n.OK() || n.Kind() != Array {
		return nil, false
	}
	at := map[string]int{}
	rows, objects := 0, 0
	for e := range n.Children() {
		if rows == sampleRows {
			break
		}
		rows++
		if e.Kind() != Object {
			continue
		}
		objects++
		for m := range e.Children() {
			key, _ := m.Key()
			i, known := at[key]
			if !known {
				if len(columns) == mostKeys {
					break // an object used as a map: the rest is more of the same
				}
				i = len(columns)
				at[key] = i
				columns = append(columns, Column{Key: key, Numbers: true})
			}
			c := &columns[i]
			c.Count++
			c.Width = max(c.Width, min(60, len([]rune(strings.Trim(m.Preview(60), `"`)))))
			c.Numbers = c.Numbers && (m.Kind() == Number || m.Kind() == Null)
		}
	}
	if objects == 0 || objects*10 < rows*9 || len(columns) == 0 {
		return nil, false
	}
	slices.SortStableFunc(columns, func(a, b Column) int { return b.Count - a.Count })
	return columns, true
}
