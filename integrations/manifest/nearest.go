package manifest

import "strings"

// nearest finds the word a mistyped one is meant to be, "" if none is near.
func nearest(wrong string, words []string) string {
	best, distance := "", max(1, min(3, len(wrong)/3))+1
	for _, w := range words {
		d := edits(strings.ToLower(strings.ReplaceAll(wrong, "-", "_")), strings.ToLower(w), distance)
		if d < distance {
			best, distance = w, d
		}
	}
	return best
}

// edits counts the letters to insert, drop, replace or swap with their neighbour; limit or more counts as limit.
func edits(a, b string, limit int) int {
	if len(a) > len(b)+limit || len(b) > len(a)+limit {
		return limit
	}
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return min(old[len(b)], limit)
}
