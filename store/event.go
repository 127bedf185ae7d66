package store

// The fields of an intent.
const (
	iGeneration uint64 = iota + 1
	iStarted
	iSent
	iReplayed
)

func encodeIntent(i Intent) []byte {
	var f fields
	f.uint(iGeneration, i.Generation)
	f.time(iStarted, i.Started)
	f.flag(iSent, i.Sent)
	f.flag(iReplayed, i.Replayed)
	return f.b
}

func decodeIntent(record string) (Intent, error) {
	var i Intent
	r := reader{rest: record}
	for r.next() {
		switch r.tag {
		case iGeneration:
			i.Generation = r.uint()
		case iStarted:
			i.Started = r.time()
		case iSent:
			i.Sent = r.uint() == 1
		case iReplayed:
			i.Replayed = r.uint() == 1
		}
	}
	return i, r.err
}

// The fields of an event.
const (
	eTime uint64 = iota + 1
	eConnection
	eID
	eEvent
	eOutcome
	eDetail
)

func encodeEvent(e Event) []byte {
	var f fields
	f.time(eTime, e.Time)
	f.text(eConnection, e.Connection)
	f.text(eID, e.ID)
	f.text(eEvent, e.Event)
	f.text(eOutcome, e.Outcome)
	f.text(eDetail, e.Detail)
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
		}
	}
	return e, r.err
}
