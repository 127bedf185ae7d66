package settings

import (
	"fmt"
	"strconv"

	"authdeck/store"
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
	here := s.env.Now().Location()
	add("path", st.Path)
	add("connections", fmt.Sprintf("%d, in format %d", st.Connections, st.Format))
	add("unlocked by", st.UnlockedBy.Words())
	add("key slots", st.SlotWords())
	add("size", st.SizeWords())
	add("last copy", store.TimeWords(st.LastCopy, here))
	add("last backup", store.TimeWords(st.LastBackup, here))
	if st.LastBackup == nil {
		add("", "authdeck export FILE makes one")
	}
	add("more", "authdeck store --help")
}
