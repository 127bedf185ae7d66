package storetest

import (
	"encoding/json"
	"time"

	"pgregory.net/rapid"

	"authdeck/internal/secret"
	"authdeck/store"
)

// anyText is any bytes at all, mostly short and often equal.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "a", "b", "a\x00b", "\xff\xfe", "ä", "\x1b[31m"}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }))
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(r *rapid.T) time.Time {
		if rapid.Bool().Draw(r, "zero") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(-1<<33, 1<<34).Draw(r, "s"), rapid.Int64Range(0, 999999999).Draw(r, "ns")).
			In(time.FixedZone("x", rapid.IntRange(-12, 12).Draw(r, "zone")*3600))
	})
}

func anyList() *rapid.Generator[[]string] {
	return rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(anyText(), 0, 3))
}

func drawConnection(r *rapid.T) store.Connection {
	text := func(what string) string { return anyText().Draw(r, what) }
	at := func(what string) time.Time { return anyTime().Draw(r, what) }
	c := store.Connection{
		Name: text("name"), Integration: text("integration"), CreatedAt: time.Unix(5, 0).UTC(), Identity: text("identity"), IdentityImage: text("image"),
		Subject: text("subject"), UserData: json.RawMessage(text("data")), ScopesAsked: anyList().Draw(r, "asked"), ScopesGranted: anyList().Draw(r, "granted"),
		Flow: text("flow"), Browser: text("browser"),
		Config: rapid.OneOf(rapid.Just(map[string]string(nil)), rapid.MapOfN(anyText(), anyText(), 0, 3)).Draw(r, "config"),
		Grant: store.Grant{
			AccessToken: secret.New(text("access")), RefreshToken: secret.New(text("refresh")), PreviousRefreshToken: secret.New(text("previous")),
			IDToken: secret.New(text("id")), TokenType: text("type"), ObtainedAt: at("obtained"), RefreshedAt: at("refreshed"),
			Lifetime: rapid.SampledFrom([]store.Lifetime{"", store.LifetimeKnown, store.LifetimeNever, store.LifetimeUnknown}).Draw(r, "lifetime"), ExpiresAt: at("expires"),
			RefreshExpiresAt: at("refresh expires"), RefreshSince: at("refresh since"), RefreshLimit: at("refresh limit"), Rotations: rapid.IntRange(0, 1000).Draw(r, "rotations"), Extra: json.RawMessage(text("extra")), Capped: rapid.Bool().Draw(r, "capped"),
		},
		Health: store.Health{
			Trouble: rapid.SampledFrom([]store.Trouble{store.TroubleNone, store.TroubleDead}).Draw(r, "trouble"), Reason: text("reason"), Since: at("since"),
			Tries: rapid.IntRange(0, 9).Draw(r, "tries"), RetryAt: at("retry"), NotBefore: at("not before"),
		},
		RestoredFrom: at("restored"),
	}
	if len(c.UserData) == 0 {
		c.UserData = nil
	}
	if len(c.Grant.Extra) == 0 {
		c.Grant.Extra = nil
	}
	return c
}

func drawEvents(r *rapid.T) []store.Event {
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) store.Event {
		return store.Event{
			Time: time.Unix(rapid.Int64Range(1, 1<<32).Draw(r, "time"), 0).UTC(), Connection: "c" + anyText().Draw(r, "connection"),
			Event: anyText().Draw(r, "event"), Outcome: anyText().Draw(r, "outcome"), Detail: anyText().Draw(r, "detail"),
		}
	}), 0, 3).Draw(r, "events")
}
