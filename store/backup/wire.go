package backup

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"authdeck/internal/secret"
	"authdeck/store"
)

// The members of the JSON. Their names are for good; new ones may come.

const (
	magic   = "backup"
	version = 1
)

// text is any bytes: a JSON string where they are UTF-8.
type text string

type coded struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(coded{[]byte(t)})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("{")) {
		var c coded
		err := json.Unmarshal(b, &c)
		*t = text(c.Base64)
		return err
	}
	return json.Unmarshal(b, (*string)(t))
}

// date is a wall time; what the calendar of RFC 3339 does not reach is its last or no day.
type date struct{ time.Time }

var lastDay = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// MarshalJSON implements [json.Marshaler].
func (d date) MarshalJSON() ([]byte, error) {
	switch y := d.UTC().Year(); {
	case y > 9999:
		return json.Marshal(lastDay)
	case y < 1:
		return json.Marshal(time.Time{})
	}
	return json.Marshal(d.UTC())
}

type connection struct {
	ID            string    `json:"id"`
	Name          text      `json:"name"`
	Integration   text      `json:"integration"`
	Generation    uint64    `json:"generation"`
	CreatedAt     date      `json:"created_at,omitzero"`
	Identity      text      `json:"identity,omitempty"`
	IdentityImage text      `json:"identity_image,omitempty"`
	Subject       text      `json:"subject,omitempty"`
	UserData      text      `json:"user_data,omitempty"` // JSON in a text, so that it comes back to the byte
	Config        [][2]text `json:"config,omitzero"`
	ScopesAsked   []text    `json:"scopes_asked,omitzero"`
	ScopesGranted []text    `json:"scopes_granted,omitzero"`
	Flow          text      `json:"flow,omitempty"`
	Browser       text      `json:"browser,omitempty"`
	Grant         grant     `json:"grant"`
	Health        health    `json:"health,omitzero"`
	RestoredFrom  date      `json:"restored_from,omitzero"`
	Newer         []byte    `json:"newer,omitempty"`
	History       []event   `json:"history,omitempty"`
}

type grant struct {
	AccessToken          text `json:"access_token,omitempty"`
	RefreshToken         text `json:"refresh_token,omitempty"`
	PreviousRefreshToken text `json:"previous_refresh_token,omitempty"`
	IDToken              text `json:"id_token,omitempty"`
	TokenType            text `json:"token_type,omitempty"`
	ObtainedAt           date `json:"obtained_at,omitzero"`
	RefreshedAt          date `json:"refreshed_at,omitzero"`
	Lifetime             text `json:"lifetime,omitempty"`
	ExpiresAt            date `json:"expires_at,omitzero"`
	RefreshExpiresAt     date `json:"refresh_expires_at,omitzero"`
	RefreshSince         date `json:"refresh_since,omitzero"`
	RefreshLimit         date `json:"refresh_limit,omitzero"`
	Rotations            int  `json:"rotations,omitempty"`
	Extra                text `json:"extra,omitempty"`
	Capped               bool `json:"capped,omitempty"`
}

type health struct {
	Trouble text `json:"trouble,omitempty"`
	Reason  text `json:"reason,omitempty"`
	Since   date `json:"since,omitzero"`
	Tries   int  `json:"tries,omitempty"`
	RetryAt date `json:"retry_at,omitzero"`

	NotBefore date `json:"not_before,omitzero"`
}

type event struct {
	Time       date `json:"time"`
	Connection text `json:"connection,omitempty"`
	ID         text `json:"id,omitempty"` // in the store's own history only
	Event      text `json:"event"`
	Outcome    text `json:"outcome,omitempty"`
	Detail     text `json:"detail,omitempty"`
}

type setting struct {
	Section text            `json:"section"`
	Key     text            `json:"key"`
	Value   json.RawMessage `json:"value"`
	Changed date            `json:"changed,omitzero"`
}

type wireManifest struct {
	ID   text `json:"id"`
	YAML text `json:"yaml"`
}

func fromConnection(c store.Dumped) connection {
	g := c.Grant
	return connection{
		ID: c.ID, Name: text(c.Name), Integration: text(c.Integration), Generation: c.Generation, CreatedAt: date{c.CreatedAt},
		Identity: text(c.Identity), IdentityImage: text(c.IdentityImage), Subject: text(c.Subject), UserData: text(c.UserData),
		Config: pairs(c.Config), ScopesAsked: texts[text](c.ScopesAsked), ScopesGranted: texts[text](c.ScopesGranted), Flow: text(c.Flow), Browser: text(c.Browser),
		Grant: grant{
			Capped: g.Capped, AccessToken: text(g.AccessToken.Reveal()), RefreshToken: text(g.RefreshToken.Reveal()),
			PreviousRefreshToken: text(g.PreviousRefreshToken.Reveal()), IDToken: text(g.IDToken.Reveal()), TokenType: text(g.TokenType),
			ObtainedAt: date{g.ObtainedAt}, RefreshedAt: date{g.RefreshedAt}, Lifetime: text(g.Lifetime), ExpiresAt: date{g.ExpiresAt},
			RefreshExpiresAt: date{g.RefreshExpiresAt}, RefreshSince: date{g.RefreshSince}, RefreshLimit: date{g.RefreshLimit}, Rotations: g.Rotations, Extra: text(g.Extra),
		},
		Health: health{
			Trouble: text(c.Health.Trouble), Reason: text(c.Health.Reason), Since: date{c.Health.Since}, Tries: c.Health.Tries,
			RetryAt: date{c.Health.RetryAt}, NotBefore: date{c.Health.NotBefore},
		},
		RestoredFrom: date{c.RestoredFrom}, Newer: c.Newer, History: fromEvents(c.Events, false),
	}
}

func (c connection) dumped() store.Dumped {
	g := c.Grant
	return store.Dumped{
		Connection: store.Connection{
			ID: c.ID, Name: string(c.Name), Integration: string(c.Integration), Generation: c.Generation, CreatedAt: c.CreatedAt.UTC(),
			Identity: string(c.Identity), IdentityImage: string(c.IdentityImage), Subject: string(c.Subject), UserData: raw(c.UserData),
			Config: dict(c.Config), ScopesAsked: texts[string](c.ScopesAsked), ScopesGranted: texts[string](c.ScopesGranted),
			Flow: string(c.Flow), Browser: string(c.Browser),
			Grant: store.Grant{
				Capped: g.Capped, AccessToken: secret.New(string(g.AccessToken)), RefreshToken: secret.New(string(g.RefreshToken)),
				PreviousRefreshToken: secret.New(string(g.PreviousRefreshToken)), IDToken: secret.New(string(g.IDToken)),
				TokenType: string(g.TokenType), ObtainedAt: g.ObtainedAt.UTC(), RefreshedAt: g.RefreshedAt.UTC(),
				Lifetime: store.Lifetime(g.Lifetime), ExpiresAt: g.ExpiresAt.UTC(), RefreshExpiresAt: g.RefreshExpiresAt.UTC(), RefreshSince: g.RefreshSince.UTC(), RefreshLimit: g.RefreshLimit.UTC(),
				Rotations: max(g.Rotations, 0), Extra: raw(g.Extra),
			},
			Health: store.Health{
				Trouble: store.Trouble(c.Health.Trouble), Reason: string(c.Health.Reason), Since: c.Health.Since.UTC(),
				Tries: max(c.Health.Tries, 0), RetryAt: c.Health.RetryAt.UTC(), NotBefore: c.Health.NotBefore.UTC(),
			},
			RestoredFrom: c.RestoredFrom.UTC(), History: len(c.History),
		},
		Newer: c.Newer, Events: toEvents(c.History),
	}
}

func fromEvents(list []store.Event, ids bool) []event {
	events := make([]event, len(list))
	for i, e := range list {
		events[i] = event{Time: date{e.Time}, Connection: text(e.Connection), Event: text(e.Event), Outcome: text(e.Outcome), Detail: text(e.Detail)}
		if ids {
			events[i].ID = text(e.ID)
		}
	}
	return events
}

func toEvents(list []event) []store.Event {
	var events []store.Event
	for _, e := range list {
		events = append(events, store.Event{
			Time: e.Time.UTC(), Connection: string(e.Connection), ID: string(e.ID), Event: string(e.Event), Outcome: string(e.Outcome), Detail: string(e.Detail),
		})
	}
	return events
}

// texts keeps nil apart from empty, as the store does.
func texts[To, From ~string](list []From) []To {
	if list == nil {
		return nil
	}
	out := make([]To, len(list))
	for i, s := range list {
		out[i] = To(s)
	}
	return out
}

func pairs(m map[string]string) [][2]text {
	if m == nil {
		return nil
	}
	list := make([][2]text, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, [2]text{text(k), text(m[k])})
	}
	return list
}

func dict(list [][2]text) map[string]string {
	if list == nil {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, p := range list {
		m[string(p[0])] = string(p[1])
	}
	return m
}

func raw(t text) json.RawMessage {
	if t == "" {
		return nil
	}
	return json.RawMessage(t)
}
