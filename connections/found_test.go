package connections_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authdeck/connections"
	"authdeck/integrations"
)

// TestAllActions: those of all integrations that can be used, each with its connections and its last use.
func TestAllActions(t *testing.T) {
	t.Parallel()
	a := &api{}
	b := newBench(t, nil,
		func(p *provider) integrations.Integration {
			p.info.Icon = integrations.Icon{Glyph: "◆"}
			return &able{provider: p, run: a.run, actions: []integrations.Action{{Name: "who", SignIn: true}, {Name: "status"}}}
		},
		func(p *provider) integrations.Integration {
			broken := newProvider(newClock())
			broken.info.ID, broken.info.Broken = "broken", "x.yaml:1"
			return &able{provider: broken, actions: []integrations.Action{{Name: "lost"}}}
		},
	)
	b.put("work", 0, time.Hour)
	b.put("home", 0, time.Hour)
	if _, err := b.Run(t.Context(), connections.RunRequest{Connection: "work", Action: "who"}); err != nil {
		t.Fatal(err)
	}
	list, err := b.AllActions(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%v %v", list, err)
	}
	who, status := list[0], list[1]
	if who.Name != "who" || who.Integration != "example" || who.IntegrationName != "Example" || who.Icon.Glyph != "◆" || !who.NeedsSignIn || !who.Ready() {
		t.Errorf("%+v", who)
	}
	if diff := cmp.Diff([]string{"home", "work"}, who.Connections); diff != "" {
		t.Error(diff)
	}
	if who.LastUsed.IsZero() || !status.LastUsed.IsZero() || status.NeedsSignIn {
		t.Errorf("used %v and %v", who.LastUsed, status.LastUsed)
	}
	if used := b.LastUsed(t.Context(), who.Integration); len(used) != 1 || !used[who.Name].Equal(who.LastUsed) {
		t.Errorf("of the integration %v", used)
	}
}

func found(name, label, category, description, integration string, used int) connections.FoundAction {
	f := connections.FoundAction{
		Action:      integrations.Action{Name: name, Label: label, Category: category, Description: description},
		Integration: integration, IntegrationName: integration,
	}
	if used > 0 {
		f.LastUsed = time.Unix(int64(used), 0)
	}
	return f
}

// TestActionIndex: the order of what is found.
func TestActionIndex(t *testing.T) {
	t.Parallel()
	list := []connections.FoundAction{
		found("listNotes", "List notes", "Notes", "All of them", "demo", 0),
		found("addNote", "Add note", "Notes", "Writes one", "demo", 5),
		found("sendMail", "Send mail", "Mail", "With a note at its end", "post", 0),
		found("draft", "Write a draft", "Mail", "", "post", 9),
		found("getUser", "Get user", "", "", "notebook", 0),
		found("createConnoted", "Create connoted", "Words", "", "words", 0),
	}
	x := connections.NewActionIndex(list)
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", []string{"draft", "sendMail", "addNote", "listNotes", "createConnoted", "getUser"}},
		{"  ", []string{"draft", "sendMail", "addNote", "listNotes", "createConnoted", "getUser"}},
		{"note", []string{"addNote", "listNotes", "createConnoted", "getUser", "sendMail"}},
		{"Add Note", []string{"addNote"}},
		{"notes demo", []string{"listNotes", "addNote"}},
		{"addNote", []string{"addNote"}},
		{"lsnt", []string{"listNotes"}},
		{"mail", []string{"sendMail", "draft"}},
		{"zebra", nil},
		{"note zebra", nil},
	} {
		var got []string
		for _, i := range x.Search(c.query) {
			got = append(got, list[i].Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q:\n%s", c.query, diff)
		}
	}
}

// TestActionIndex_Odd: a query or a text of any kind finds or does not, and never fails.
func TestActionIndex_Odd(t *testing.T) {
	t.Parallel()
	x := connections.NewActionIndex([]connections.FoundAction{found("übung", "Größe ändern 日本", "", "", "x", 0), {}})
	for query, want := range map[string]int{"GRÖSSE": 0, "größe": 1, "日本": 1, "\x00\xff": 2, "((": 2, "ü": 1} {
		if got := x.Search(query); len(got) != want {
			t.Errorf("%q: %v", query, got)
		}
	}
	if got := connections.NewActionIndex(nil).Search("a"); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// BenchmarkActionSearch is one search over 10,000 actions; the longest of its queries counts (at most 5 ms).
func BenchmarkActionSearch(b *testing.B) {
	verbs, things := []string{"Create", "List", "Update", "Delete", "Get", "Search"}, []string{"contact", "deal", "invoice", "ticket", "campaign", "message"}
	list := make([]connections.FoundAction, 0, 10000)
	for i := range 10000 {
		verb, thing := verbs[i%6], things[i/6%6]
		list = append(list, found(fmt.Sprintf("%s%s%d", verb, thing, i), fmt.Sprintf("%s a %s %d", verb, thing, i), thing,
			"Calls the service to "+verb+" one "+thing+" of the account, with all of its fields, and answers it as it is now, or fails",
			fmt.Sprintf("service %d", i/26), i%50))
	}
	x := connections.NewActionIndex(list)
	var longest time.Duration
	queries := []string{"", "e", "create contact", "lst inv 77", "zzzzqqq", "account fields answers", "service 12 deal"}
	for b.Loop() {
		var all []time.Duration
		for _, q := range queries {
			began := time.Now()
			x.Search(q)
			all = append(all, time.Since(began))
		}
		longest += slices.Max(all)
	}
	b.ReportMetric(float64(longest.Microseconds())/1000/float64(b.N), "longest-ms")
}
