package store

// The fields of an event.
const (
	eTime uint64 = iota + 1
	eConnection
	eID
	eEvent
	eOutcome
	eDetail
	eHanded
)

func encodeEvent(e Event) []byte {
	var f fields
	f.time(eTime, e.Time)
	f.text(eConnection, e.Connection)
	f.text(eID, e.ID)
	f.text(eEvent, e.Event)
	f.text(eOutcome, e.Outcome)
	f.text(eDetail, e.Detail)
	f.text(eHanded, encodeHanded(e.Handed))
	return f.b
}

func decodeEvent(record string) (Event, error) {
	var e Event
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case eTime:
			e.Time = r.time()
		case eConnection:
			e.Connection = r.value
		case eID:
			e.ID = r.value
		case eEvent:
			e.Event = r.value
		case eOutcome:
			e.Outcome = r.value
		case eDetail:
			e.Detail = r.value
		case eHanded:
			h, err := decodeHanded(r.value)
			if err != nil {
				return e, err
			}
			e.Handed = h
		}
	}
	return e, r.err
}
