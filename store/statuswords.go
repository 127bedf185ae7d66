package store

import (
	"fmt"
	"strings"
	"time"
)

// SlotWords names what opens the store, for people.
func (s Status) SlotWords() string {
	words := make([]string, len(s.Slots))
	for i, k := range s.Slots {
		words[i] = k.Words()
	}
	return strings.Join(words, ", ")
}

// SizeWords names the store's size and how much of it is free, for people.
func (s Status) SizeWords() string {
	return SizeWords(s.Size) + ", " + SizeWords(s.Free) + " of it free"
}

// SizeWords names a size in bytes, for people.
func SizeWords(n int64) string {
	if n < 10<<20 {
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// TimeWords is a time of [Status] in the zone of people; nil is "never".
func TimeWords(at *string, zone *time.Location) string {
	if at == nil {
		return "never"
	}
	t, err := time.Parse(time.RFC3339, *at)
	if err != nil {
		return *at
	}
	return t.In(zone).Format("2006-01-02 15:04")
}
