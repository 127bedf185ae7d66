package settings

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// storeLines say what `authdeck store status` says.
func (s *Screen) storeLines(add func(label, value string)) {
	if s.problem != "" {
		add("problem", s.problem)
	}
	st := s.status
	if st == nil {
		add("connections", s.env.StoreLine)
		return
	}
	if st.Path == "" { // the demo's
		add("connections", strconv.Itoa(st.Connections)+", "+s.env.StoreLine)
		return
	}
	var slots []string
	for _, k := range st.Slots {
		slots = append(slots, k.Words())
	}
	add("path", st.Path)
	add("connections", fmt.Sprintf("%d, in format %d", st.Connections, st.Format))
	add("unlocked by", st.UnlockedBy.Words())
	add("key slots", strings.Join(slots, ", "))
	add("size", sizeWords(st.Size)+", "+sizeWords(st.Free)+" of it free")
	add("last copy", s.when(st.LastCopy))
	add("last backup", s.when(st.LastBackup))
	if st.LastBackup == nil {
		add("", "authdeck export FILE makes one")
	}
	add("more", "authdeck store --help")
}

func sizeWords(n int64) string {
	if n < 10<<20 {
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n>>20, 10) + " MiB"
}

// when is an RFC 3339 time in the user's zone.
func (s *Screen) when(at *string) string {
	if at == nil {
		return "never"
	}
	t, err := time.Parse(time.RFC3339, *at)
	if err != nil {
		return *at
	}
	return t.In(s.env.Now().Location()).Format("2006-01-02 15:04")
}
