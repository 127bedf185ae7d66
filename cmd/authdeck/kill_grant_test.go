//go:build unix

package main

import (
	"bytes"
	"strings"
	"time"

	"authdeck/internal/testserver"
	"authdeck/store"
)

// killRefresh refreshes connections one after the other and is killed at one of them. Those before it are committed, those
// after it are untouched, and it recovers as reference/security.md §5.2 has it.
func killRefresh(k *killed) string {
	n := 1 + k.draw.IntN(3)
	pass := 1 + k.draw.IntN(n)
	before, names := k.plantAll(n, 2*time.Hour)
	k.killAt(pass, append([]string{"refresh"}, names...)...)
	k.sound(n)
	reached := k.point != "refresh.locked" && k.point != "refresh.intent"
	heard := pass - 1
	if reached {
		heard = pass
	}
	if got := k.server.Stats().Refreshes; got != heard {
		k.t.Errorf("the server heard %d refreshes, want %d", got, heard)
	}
	for i, c := range before {
		now := k.get(c.ID)
		committed := i < pass-1 || i == pass-1 && k.point == "refresh.committed"
		if same := now.Grant.RefreshToken.Equal(c.Grant.RefreshToken); same == committed {
			k.t.Errorf("%s, killed at c%d: the refresh token is the old one: %v", c.Name, pass-1, same)
		}
		intent := i == pass-1 && k.point != "refresh.locked" && !committed
		if got := k.intent(c.ID); (got != nil && got.Sent) != intent {
			k.t.Errorf("%s, killed at c%d: intent %+v, want one: %v", c.Name, pass-1, got, intent)
		}
		switch {
		case committed:
			k.handsOut(c.Name, now.Grant.AccessToken.Reveal())
		case i != pass-1:
			k.handsOut(c.Name, "")
		}
	}
	c := before[pass-1]
	switch asked := k.server.Stats(); {
	case k.point == "refresh.committed":
		return "handed out from the disk"
	case !reached:
		k.handsOut(c.Name, "")
		if got := k.server.Stats(); got.Refreshes != asked.Refreshes+1 || got.Reuse != 0 || got.Graced != 0 {
			k.t.Errorf("the next one's refresh: %+v after %+v", got, asked)
		}
		return "refreshed by the next one"
	case k.grace:
		k.handsOut(c.Name, "")
		if got := k.server.Stats(); got.Refreshes != asked.Refreshes+1 || got.Graced != 1 {
			k.t.Errorf("the replay: %+v after %+v", got, asked)
		}
		return "saved by grace"
	default:
		return k.lost(c)
	}
}

// lost holds a grant whose answer died with its reader to be reported and kept.
func (k *killed) lost(c store.Connection) string {
	k.t.Helper()
	asked := k.server.Stats().Refreshes
	code, trouble := 4, store.TroubleDead
	if k.kind == testserver.K5 { // an empty 400 counts only after three tries (§5.3)
		code, trouble = 5, store.TroubleTransient
	}
	k.run(code, "token", c.Name)
	if got := k.server.Stats().Refreshes - asked; got != 1 {
		k.t.Errorf("the token was shown %d times more, want one replay", got)
	}
	now := k.get(c.ID)
	if now.Health.Trouble != trouble || !strings.HasPrefix(now.Health.Reason, "refresh interrupted") {
		k.t.Errorf("%s, lost reply: health %+v", k.kind, now.Health)
	}
	if !now.Grant.RefreshToken.Equal(c.Grant.RefreshToken) || !now.Grant.AccessToken.Equal(c.Grant.AccessToken) {
		k.t.Error("a token was deleted or changed by a refused replay")
	}
	if i := k.intent(c.ID); i != nil {
		k.t.Errorf("the intent stays after its replay: %+v", i)
	}
	if k.kind == testserver.K5 {
		return "lost reply, waits for a third refusal (K5)"
	}
	return "lost reply, sign-in needed"
}

// killLogin signs in a new connection or, with an odd seed, the connection that is there.
func killLogin(k *killed) string {
	var before []store.Connection
	name := "new"
	if k.seed%2 == 1 {
		before, _ = k.plantAll(1, 0)
		name = before[0].Name
	}
	k.signIn(1, name)
	stored := k.point == "login.stored"
	codes := 1
	if k.point == "login.code" {
		codes = 0
	}
	if got := k.server.Stats().Codes; got != codes {
		k.t.Errorf("%d codes were exchanged, want %d", got, codes)
	}
	there := len(before)
	if stored && there == 0 {
		there = 1
	}
	k.sound(there)
	outcome := "stored"
	switch {
	case stored:
		c, err := k.store.Find(k.t.Context(), name)
		if err != nil {
			k.t.Fatal(err)
		}
		if len(before) > 0 && c.Grant.AccessToken.Equal(before[0].Grant.AccessToken) {
			k.t.Error("the sign-in is not stored")
		}
		k.handsOut(name, c.Grant.AccessToken.Reveal())
	case len(before) > 0:
		k.handsOut(name, before[0].Grant.AccessToken.Reveal())
		outcome = "the old grant stays, signed in by the next one"
	default:
		k.run(3, "token", name)
		outcome = "nothing stored, signed in by the next one"
	}
	if !stored {
		k.signIn(0, name)
		k.handsOut(name, "")
		k.sound(1)
	}
	return outcome
}

// signIn plays the browser of a sign-in; with pass 1 it is killed at the point.
func (k *killed) signIn(pass int, name string) {
	k.t.Helper()
	args := []string{"login", "server", "--name", name, "--browser", "none", "--json"}
	cmd := k.process(pass, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	said := browse(k.t, stdout)
	_ = cmd.Wait()
	if pass > 0 {
		k.wasKilled(cmd, errs.String())
		if strings.Contains(said, "connected") {
			k.t.Error("a sign-in that was killed said that it is connected")
		}
		return
	}
	if !cmd.ProcessState.Success() || !strings.Contains(said, "connected") {
		k.t.Errorf("sign in after the kill: %v: %s", cmd.ProcessState, errs.String())
	}
}

// killRevoke dies when the provider has ended the refresh token and was not asked about the access token. The next revoke, or
// with an odd seed the next refresh, finds out.
func killRevoke(k *killed) string {
	before, _ := k.plantAll(1+k.draw.IntN(3), 0)
	c := before[k.draw.IntN(len(before))]
	k.killAt(1, "revoke", c.Name)
	k.sound(len(before))
	now := k.get(c.ID)
	if got := k.server.Stats().Revocations; got != 1 || now.Health != c.Health || !now.Grant.RefreshToken.Equal(c.Grant.RefreshToken) {
		k.t.Errorf("after the kill: %d revocations, health %+v", got, now.Health)
	}
	for _, other := range before {
		if other.ID != c.ID {
			k.handsOut(other.Name, other.Grant.AccessToken.Reveal())
		}
	}
	if k.seed%2 == 0 {
		k.run(0, "revoke", c.Name)
		if now := k.get(c.ID); now.Health.Trouble != store.TroubleRevoked {
			k.t.Errorf("revoked again: health %+v", now.Health)
		}
		if got := k.server.Stats().Revocations; got != 3 {
			k.t.Errorf("%d revocations, want both tokens once more", got)
		}
		return "revoked by the next revoke"
	}
	want, outcome := store.TroubleDead, "the next refresh needs a sign-in"
	if k.kind == testserver.K5 {
		want, outcome = store.TroubleTransient, "the next refresh waits for a third refusal (K5)"
	}
	_ = k.process(0, "refresh", c.Name).Run() // the record is what counts
	now = k.get(c.ID)
	if now.Health.Trouble != want || !now.Grant.RefreshToken.Equal(c.Grant.RefreshToken) {
		k.t.Errorf("refreshed after the kill: health %+v", now.Health)
	}
	return outcome
}
