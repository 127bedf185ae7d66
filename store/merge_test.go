package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"authdeck/internal/secret"
)

var (
	mergeDay  = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) // when the grants of these tests were obtained
	backupDay = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
)

// grantOf is a connection whose grant was obtained so many hours after mergeDay.
func grantOf(id int, name string, hours int, refresh string) Connection {
	c := sample(id)
	c.ID, c.Name = fmt.Sprintf("%032x", id), name
	c.Grant.ObtainedAt, c.Grant.RefreshToken = mergeDay.Add(time.Duration(hours)*time.Hour), secret.New(refresh)
	return c
}

// dumpOf is a backup of connections that stand at these generations.
func dumpOf(list ...Connection) Dump {
	d := Dump{StoreID: strings.Repeat("0", 32), Created: backupDay}
	for _, c := range list {
		c.Generation = max(c.Generation, 1)
		d.Connections = append(d.Connections, Dumped{Connection: normal(c)})
	}
	return d
}

func merge(t *testing.T, b *Bolt, d Dump) MergeReport {
	t.Helper()
	dry, err := b.Merge(t.Context(), d, MergeOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Merge(t.Context(), d, MergeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(dry, r); diff != "" {
		t.Errorf("the dry run said otherwise: %s", diff)
	}
	sound(t, b)
	return r
}

func TestMerge_Rules(t *testing.T) {
	const here, there = "token-here", "token-there"
	at := func(generation uint64, c Connection) Connection { c.Generation = generation; return c }
	same := grantOf(1, "work", 0, here)
	restored := same
	restored.RestoredFrom = mergeDay
	renamed := same
	renamed.Name = "job"
	command := grantOf(1, "work", 1, there)
	command.Browser = "/tmp/evil"
	for _, c := range []struct {
		rule     string
		here     []Connection
		backup   []Connection
		want     []string // "name decision [name in backup]", in the order of the backup
		reason   string   // part of the first line's
		refresh  map[string]string
		restored map[string]bool
	}{
		{
			rule: "not here: added", backup: []Connection{grantOf(1, "work", 0, there)},
			want: []string{"work added "}, refresh: map[string]string{"work": there}, restored: map[string]bool{"work": true},
		},
		{
			rule: "obtained later in the backup: replaced", here: []Connection{grantOf(1, "work", 0, here)},
			backup: []Connection{grantOf(1, "work", 1, there)}, want: []string{"work replaced "}, reason: "2026-11-20T09:00:00Z",
			refresh: map[string]string{"work": there}, restored: map[string]bool{"work": true},
		},
		{
			rule: "obtained later here: kept", here: []Connection{grantOf(1, "work", 2, here)},
			backup: []Connection{at(900, grantOf(1, "work", 1, there))}, want: []string{"work kept "}, reason: "newer here",
			refresh: map[string]string{"work": here},
		},
		{
			rule: "same grant, higher generation in the backup: replaced", here: []Connection{same},
			backup: []Connection{at(5, renamed)}, want: []string{"job replaced "}, reason: "generation 1 here and 5",
			refresh: map[string]string{"job": here}, restored: map[string]bool{"job": true},
		},
		{
			rule: "same grant, same generation, other content: kept", here: []Connection{same},
			backup: []Connection{renamed}, want: []string{"work kept "}, reason: "not the same", refresh: map[string]string{"work": here},
		},
		{
			rule: "the same: identical", here: []Connection{same}, backup: []Connection{at(7, same)},
			want: []string{"work identical "}, refresh: map[string]string{"work": here},
		},
		{
			rule: "the same but for where it came from: identical", here: []Connection{same}, backup: []Connection{restored},
			want: []string{"work identical "}, refresh: map[string]string{"work": here},
		},
		{
			rule: "name taken by another id: renamed", here: []Connection{grantOf(2, "work", 0, here)},
			backup: []Connection{grantOf(1, "work", 0, there)}, want: []string{"work-imported added work"}, reason: "another's here",
			refresh: map[string]string{"work": here, "work-imported": there}, restored: map[string]bool{"work-imported": true},
		},
		{
			rule: "and that name too: numbered", here: []Connection{grantOf(2, "work", 0, here), grantOf(3, "work-imported", 0, here)},
			backup: []Connection{grantOf(1, "work", 0, there)}, want: []string{"work-imported-2 added work"},
			refresh: map[string]string{"work": here, "work-imported": here, "work-imported-2": there}, restored: map[string]bool{"work-imported-2": true},
		},
		{
			rule: "one name twice in the backup: the second is renamed", backup: []Connection{grantOf(1, "work", 0, here), grantOf(2, "work", 0, there)},
			want:    []string{"work added ", "work-imported added work"},
			refresh: map[string]string{"work": here, "work-imported": there}, restored: map[string]bool{"work": true, "work-imported": true},
		},
		{
			rule: "replaced, its name taken by another: keeps the name it has here",
			here: []Connection{grantOf(1, "job", 0, here), grantOf(2, "work", 0, here)}, backup: []Connection{grantOf(1, "work", 1, there)},
			want: []string{"job replaced work"}, refresh: map[string]string{"job": there, "work": here}, restored: map[string]bool{"job": true},
		},
		{
			rule:   "two that swapped their names: swapped here too",
			here:   []Connection{grantOf(1, "a", 0, "one"), grantOf(2, "b", 0, "two")},
			backup: []Connection{grantOf(2, "a", 1, "two"), grantOf(1, "b", 1, "one")},
			want:   []string{"a replaced ", "b replaced "}, refresh: map[string]string{"a": "two", "b": "one"}, restored: map[string]bool{"a": true, "b": true},
		},
		{
			rule: "not in the backup: stays", here: []Connection{grantOf(2, "other", 0, here)}, backup: []Connection{grantOf(1, "work", 0, there)},
			want: []string{"work added "}, refresh: map[string]string{"other": here, "work": there}, restored: map[string]bool{"work": true},
		},
		{
			rule: "a browser command: not taken over", backup: []Connection{command},
			want: []string{"work added "}, refresh: map[string]string{"work": there}, restored: map[string]bool{"work": true},
		},
		{rule: "an empty backup: nothing", here: []Connection{same}, refresh: map[string]string{"work": here}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			b := open(t, folder(t))
			for _, h := range c.here {
				put(t, b, h, Write{})
			}
			r := merge(t, b, dumpOf(c.backup...))
			var got []string
			for _, l := range r.Lines {
				got = append(got, fmt.Sprintf("%s %s %s", l.Name, l.Decision, l.InBackup))
			}
			if !slices.Equal(got, c.want) || len(got) > 0 && !strings.Contains(r.Lines[0].Reason, c.reason) {
				t.Errorf("decisions %q, want %q; reasons %+v", got, c.want, r.Lines)
			}
			refresh, back := map[string]string{}, map[string]bool{}
			for _, d := range dump(t, b).Connections {
				refresh[d.Name] = d.Grant.RefreshToken.Reveal()
				if !d.RestoredFrom.IsZero() {
					back[d.Name] = d.RestoredFrom.Equal(backupDay)
				}
				if d.Browser != "none" && d.Browser != "" {
					t.Errorf("%s would start %s", d.Name, d.Browser)
				}
				if found, err := b.Find(t.Context(), d.Name); err != nil || found.ID != d.ID {
					t.Errorf("%s is found as %s, %v", d.Name, found.ID, err)
				}
			}
			if !gocmp.Equal(refresh, c.refresh) || len(back) != len(c.restored) || len(back) > 0 && !gocmp.Equal(back, c.restored) {
				t.Errorf("tokens %v, want %v; restored %v, want %v", refresh, c.refresh, back, c.restored)
			}
			list, err := b.List(t.Context())
			if err != nil || len(list) != len(c.refresh) {
				t.Errorf("%d are listed, %v", len(list), err)
			}

			// A second time nothing is left to do.
			again := merge(t, b, dumpOf(c.backup...))
			if again.Changes() != 0 || again.Events != 0 {
				t.Errorf("the second time it did %+v", again)
			}
		})
	}
}

// Whoever read a record before the merge cannot write over what came with it.
func TestMerge_OldReadersAreStale(t *testing.T) {
	for _, generation := range []uint64{1, 2, 50} {
		b := open(t, folder(t))
		read := put(t, b, grantOf(1, "work", 0, "here"), Write{})
		read = put(t, b, put(t, b, read, Write{}), Write{})
		newer := grantOf(1, "work", 1, "there")
		newer.Generation = generation
		merge(t, b, dumpOf(newer))
		if _, err := b.Put(t.Context(), read, Write{}); !errors.Is(err, ErrStale) {
			t.Errorf("from generation %d: %v", generation, err)
		}
	}
}

func TestMerge_Settings(t *testing.T) {
	b := open(t, folder(t))
	old, future := mergeDay, time.Now().Add(time.Hour)
	at := func(key, value string, changed time.Time) DumpedSetting {
		return DumpedSetting{Section: "s", Key: key, Value: json.RawMessage(value), Changed: changed}
	}
	for _, key := range []string{"same", "newer here", "older here", "nobody knows"} {
		setting(t, b, "s", key, "here")
	}
	err := b.update(t.Context(), func(tx *txn) error { return tx.putSetting(at("no time here", `"here"`, time.Time{})) })
	if err != nil {
		t.Fatal(err)
	}
	d := Dump{Created: backupDay, Settings: []DumpedSetting{
		at("new", `"there"`, old), at("same", `"here"`, future), at("newer here", `"there"`, old), at("older here", `"there"`, future),
		at("nobody knows", `"there"`, time.Time{}), at("no time here", `"there"`, future),
	}}
	r := merge(t, b, d)
	got := map[string]Decision{}
	for _, l := range r.Lines {
		got[l.Name] = l.Decision
	}
	want := map[string]Decision{"s/new": Added, "s/same": Identical, "s/newer here": Kept, "s/older here": Replaced, "s/nobody knows": Kept, "s/no time here": Kept}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	values, err := b.Settings(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range values {
		want := `"here"`
		if key == "new" || key == "older here" {
			want = `"there"`
		}
		if string(value) != want {
			t.Errorf("%s is %s", key, value)
		}
	}
	if again := merge(t, b, d); again.Changes() != 0 {
		t.Errorf("the second time it did %+v", again)
	}
}

// All of a store comes back in an empty one, histories in their order, and once only.
func TestMerge_IntoAnEmptyStore(t *testing.T) {
	from, to := open(t, folder(t)), open(t, folder(t))
	event := func(day int, what string) Event {
		return Event{Time: mergeDay.AddDate(0, 0, day), Event: what, Outcome: "ok"}
	}
	put(t, from, sample(1), Write{Events: []Event{event(1, "login"), event(3, "refresh")}})
	put(t, from, sample(2), Write{Events: []Event{event(2, "login")}})
	if err := from.Append(t.Context(), event(4, "compact")); err != nil {
		t.Fatal(err)
	}
	setting(t, from, "integration", "demo", map[string]string{"client_id": "x"})
	if err := to.Append(t.Context(), event(0, "first"), event(2, "second"), event(9, "last")); err != nil {
		t.Fatal(err)
	}
	d := dump(t, from)
	if r := merge(t, to, d); r.Events != 4 || r.Changes() != 3 {
		t.Errorf("report %+v", r)
	}
	all, err := to.History(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, e := range all {
		order = append(order, fmt.Sprintf("%s %d", e.Event, e.Time.Sub(mergeDay)/(24*time.Hour)))
	}
	if got := strings.Join(order[:7], ", "); got != "first 0, login 1, login 2, second 2, refresh 3, compact 4, last 9" && got != "first 0, login 1, second 2, login 2, refresh 3, compact 4, last 9" {
		t.Errorf("history: %s", got)
	}
	if len(order) != 10 { // an import of each connection, and of the store
		t.Errorf("history: %q", order)
	}
	for _, want := range d.Connections {
		got, err := to.Get(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Generation <= want.Generation {
			t.Errorf("generation %d after %d", got.Generation, want.Generation)
		}
		got.Generation, got.RestoredFrom, got.History = want.Generation, time.Time{}, want.History
		if diff := gocmp.Diff(want.Connection, got, equalSecrets); diff != "" {
			t.Error(diff)
		}
	}
	if r := merge(t, to, d); r.Events != 0 || r.Changes() != 0 {
		t.Errorf("the second time: %+v", r)
	}
}

func TestMerge_HistoryKeepsToItsLimit(t *testing.T) {
	o := options()
	o.HistoryLimit = 3
	b, err := Open(t.Context(), folder(t), o)
	if err != nil {
		t.Fatal(err)
	}
	c := put(t, b, grantOf(1, "work", 0, "here"), Write{Events: []Event{{Time: mergeDay.Add(time.Hour), Event: "b"}, {Time: mergeDay.Add(3 * time.Hour), Event: "d"}}})
	d := dumpOf(grantOf(1, "work", 1, "there"))
	d.Connections[0].Events = []Event{{Time: mergeDay, Event: "a"}, {Time: mergeDay.Add(2 * time.Hour), Event: "c"}}
	merge(t, b, d)
	events, err := b.History(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, e.Event)
	}
	if !slices.Equal(got, []string{"c", "d", "import"}) {
		t.Errorf("history %q", got)
	}

	own := Dump{Created: backupDay}
	for i := range 9 {
		own.Events = append(own.Events, Event{Time: mergeDay.AddDate(0, 0, i), Event: "e"})
	}
	merge(t, b, own)
	if events := dump(t, b).Events; len(events) != 3 {
		t.Errorf("%d events of the store's own are kept", len(events))
	}
}

// Two stores had one connection; the other one rotated meanwhile. Its backup brings the newer token here, ours would not
// bring the older one there.
func TestMerge_TheOtherStoreRotated(t *testing.T) {
	a, b := open(t, folder(t)), open(t, folder(t))
	put(t, a, grantOf(1, "work", 0, "first"), Write{})
	merge(t, b, dump(t, a))
	c, err := b.Find(t.Context(), "work")
	if err != nil {
		t.Fatal(err)
	}
	c.Grant.PreviousRefreshToken, c.Grant.RefreshToken = c.Grant.RefreshToken, secret.New("second")
	c.Grant.ObtainedAt, c.Grant.Rotations, c.RestoredFrom = c.Grant.ObtainedAt.Add(time.Hour), c.Grant.Rotations+1, time.Time{}
	put(t, b, c, Write{})
	ours := dump(t, a)

	if r := merge(t, b, ours); r.Lines[0].Decision != Kept {
		t.Errorf("our older one: %+v", r)
	}
	if r := merge(t, a, dump(t, b)); r.Lines[0].Decision != Replaced {
		t.Errorf("their newer one: %+v", r)
	}
	for name, s := range map[string]Store{"ours": a, "theirs": b} {
		if c, err := s.Find(t.Context(), "work"); err != nil || c.Grant.RefreshToken.Reveal() != "second" || (name == "ours") == c.RestoredFrom.IsZero() {
			t.Errorf("%s: %q, restored from %s, %v", name, c.Grant.RefreshToken.Reveal(), c.RestoredFrom, err)
		}
	}
}

// childAnswer is a refresh in another process: it holds the lock, has an intent, and stores the answer when told to.
func childAnswer(ctx context.Context, b *Bolt, id string) error {
	unlock, err := b.Lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	c, err := b.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := b.SetIntent(ctx, id, &Intent{Generation: c.Generation, Started: mergeDay, Sent: true}); err != nil {
		return err
	}
	fmt.Println("sent")
	bufio.NewScanner(os.Stdin).Scan()
	c.Grant.RefreshToken, c.Grant.ObtainedAt = secret.New("answer"), mergeDay.Add(9*time.Hour)
	if _, err = b.Put(ctx, c, Write{ClearIntent: true}); err != nil {
		return err
	}
	fmt.Println("stored")
	return nil
}

// A backup that is newer than the record, but older than the answer on its way: the answer stays.
func TestMerge_WaitsForARefreshElsewhere(t *testing.T) {
	dir := folder(t)
	b := open(t, dir)
	c := put(t, b, grantOf(1, "work", 0, "here"), Write{})
	p := start(t, "answer "+c.ID, dir)
	if got := p.line(t); got != "sent" {
		t.Fatal(got)
	}
	d := dumpOf(grantOf(1, "work", 1, "there"), grantOf(2, "new", 1, "new"))

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var held *HeldError
	if _, err := b.Merge(short, d, MergeOptions{}); !errors.As(err, &held) || held.PID != p.Process.Pid {
		t.Fatalf("error %v, want one that names process %d", err, p.Process.Pid)
	}
	if list, err := b.List(t.Context()); err != nil || len(list) != 1 {
		t.Fatalf("the merge that gave up left %d connections, %v", len(list), err)
	}

	type result struct {
		MergeReport
		error
	}
	done := make(chan result)
	go func() {
		r, err := b.Merge(t.Context(), d, MergeOptions{})
		done <- result{r, err}
	}()
	select {
	case r := <-done:
		t.Fatalf("the merge did not wait: %+v", r)
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := fmt.Fprintln(p.in); err != nil {
		t.Fatal(err)
	}
	if got := p.line(t); got != "stored" {
		t.Fatal(got)
	}
	r := <-done
	if r.error != nil || r.Lines[0].Decision != Kept || r.Lines[1].Decision != Added {
		t.Fatalf("report %+v, %v", r.MergeReport, r.error)
	}
	if c, err := b.Get(t.Context(), c.ID); err != nil || c.Grant.RefreshToken.Reveal() != "answer" {
		t.Errorf("the answer was lost: %q, %v", c.Grant.RefreshToken.Reveal(), err)
	}
}

// An intent of a refresh that died belongs to the grant that is replaced.
func TestMerge_ClearsTheIntentOfWhatItReplaces(t *testing.T) {
	b := open(t, folder(t))
	c := put(t, b, grantOf(1, "work", 0, "here"), Write{})
	if err := b.SetIntent(t.Context(), c.ID, &Intent{Generation: 1, Sent: true}); err != nil {
		t.Fatal(err)
	}
	merge(t, b, dumpOf(grantOf(1, "work", 1, "there")))
	if i, err := b.Intent(t.Context(), c.ID); err != nil || i != nil {
		t.Errorf("intent %+v, %v", i, err)
	}
}

// Fields that a newer program wrote travel through this one.
func TestMerge_KeepsFieldsOfANewerProgram(t *testing.T) {
	from, to := open(t, folder(t)), open(t, folder(t))
	c := put(t, from, grantOf(1, "work", 0, "here"), Write{})
	var newer fields
	newer.text(lastField+7, "from the future")
	err := from.update(t.Context(), func(tx *txn) error {
		return tx.writeConnection(tx.connectionKey(c.ID), c, string(newer.b))
	})
	if err != nil {
		t.Fatal(err)
	}
	merge(t, to, dump(t, from))
	if got := dump(t, to).Connections[0].Newer; string(got) != string(newer.b) {
		t.Errorf("newer fields %q, want %q", got, newer.b)
	}
}

func TestMerge_RefusesWhatNoStoreWrote(t *testing.T) {
	good := func() Dump { return dumpOf(grantOf(1, "work", 1, "there"), grantOf(2, "home", 1, "there")) }
	id := func(n uint64, text string) []byte {
		var f fields
		f.text(n, text)
		return f.b
	}
	for name, spoil := range map[string]func(*Dump){
		"id is a path":              func(d *Dump) { d.Connections[0].ID = "../../../../../../../../etc/passwd" },
		"id is empty":               func(d *Dump) { d.Connections[0].ID = "" },
		"id in capitals":            func(d *Dump) { d.Connections[0].ID = strings.Repeat("A", 32) },
		"one id twice":              func(d *Dump) { d.Connections[1].ID = d.Connections[0].ID },
		"generation 0":              func(d *Dump) { d.Connections[0].Generation = 0 },
		"generation about to wrap":  func(d *Dump) { d.Connections[0].Generation = ^uint64(0) },
		"newer fields cut off":      func(d *Dump) { d.Connections[1].Newer = []byte{99, 50, 1} },
		"newer fields bring an id":  func(d *Dump) { d.Connections[1].Newer = id(fID, d.Connections[0].ID) },
		"newer fields bring a time": func(d *Dump) { d.Connections[1].Newer = id(fCreatedAt, "\xff\xff") },
		"one setting twice": func(d *Dump) {
			s := DumpedSetting{Section: "a", Key: "b", Value: []byte("1")}
			d.Settings = []DumpedSetting{s, s}
		},
		"setting that is no JSON": func(d *Dump) { d.Settings = []DumpedSetting{{Section: "a", Key: "b", Value: []byte("{")}} },
		"setting of the backups": func(d *Dump) {
			d.Settings = []DumpedSetting{{Section: sectionBackup, Key: keyLastBackup, Value: []byte("1")}}
		},
		"setting without any value": func(d *Dump) { d.Settings = []DumpedSetting{{Section: "a", Key: "b"}} },
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, folder(t))
			d := good()
			spoil(&d)
			if _, err := b.Merge(t.Context(), d, MergeOptions{}); !errors.Is(err, ErrBadDump) {
				t.Errorf("error %v", err)
			}
			if left := dump(t, b); len(left.Connections)+len(left.Settings)+len(left.Events) != 0 {
				t.Errorf("it left %+v", left)
			}
		})
	}
}
