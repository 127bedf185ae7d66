package form

import (
	"testing"
	"time"
)

// TestKeys: what the keys of each widget make of its value, and what is said of it once it is left.
func TestKeys(t *testing.T) {
	limit := Field{Kind: Number, Min: "1", Max: "100", Step: "5"}
	country := Field{Kind: Choice, Options: countries}
	free := Field{Kind: Choice, Options: countries, Freeform: true}
	tags := Field{Kind: Multi, Options: append(options("Red", "Green"), Option{Value: "3", Label: "Three", JSON: "3"})}
	own := tags
	own.Freeform = true
	lines, json := Field{Kind: Lines}, Field{Kind: JSON}
	day, moment, path := Field{Kind: Date}, Field{Kind: DateTime}, Field{Kind: File}
	with := func(x Field, value string) Field {
		x.Value = value
		return x
	}
	needed := func(x Field) Field {
		x.Required = true
		return x
	}
	for _, test := range []struct {
		name          string
		field         Field
		keys          []string
		want, problem string
	}{
		{"number/plus begins with the least", limit, []string{"+"}, "1", ""},
		{"number/plus steps", limit, []string{"+", "+", "+"}, "11", ""},
		{"number/minus ends at the least", with(limit, "6"), []string{"end", "-", "-"}, "1", ""},
		{"number/plus ends at the most", with(limit, "96"), []string{"+", "+"}, "100", "must be between 1 and 100 in steps of 5"},
		{"number/plus goes to the next step", with(limit, "13"), []string{"+"}, "16", ""},
		{"number/minus goes to the step before", with(limit, "13"), []string{"end", "-"}, "11", ""},
		{"number/a minus begins a number", Field{Kind: Number}, []string{"'-5"}, "-5", ""},
		{"number/exponents are typed", Field{Kind: Number}, []string{"'1e-3"}, "1e-3", ""},
		{"number/steps of tenths", Field{Kind: Number, Step: "0.1"}, []string{"'0.2", "+"}, "0.3", ""},
		{"number/off the steps", limit, []string{"'7"}, "7", "must be between 1 and 100 in steps of 5"},
		{"number/below", Field{Kind: Number, Min: "1"}, []string{"'0.5"}, "0.5", "must be at least 1"},
		{"number/above", Field{Kind: Number, Max: "10"}, []string{"'11"}, "11", "must be at most 10"},
		{"number/whole", Field{Kind: Number, Min: "0", Step: "1"}, []string{"'1.5"}, "1.5", "must be a whole number at least 0"},
		{"number/none", limit, []string{"'abc"}, "abc", "not a number"},
		{"number/too large to reckon with", limit, []string{"'1e999999999"}, "1e999999999", "must be between 1 and 100 in steps of 5"},
		{"number/bounds that are none", Field{Kind: Number, Min: "few", Step: "x"}, []string{"'7"}, "7", ""},

		{"toggle/space", Field{Kind: Toggle}, []string{"space"}, "true", ""},
		{"toggle/letters do nothing", Field{Kind: Toggle}, []string{"'abc"}, "false", ""},
		{"check/not set", Field{Kind: Check}, nil, "", ""},
		{"check/space", Field{Kind: Check}, []string{"space"}, "true", ""},
		{"check/space twice", Field{Kind: Check}, []string{"space", "space"}, "false", ""},
		{"check/around", Field{Kind: Check}, []string{"space", "space", "space"}, "", ""},
		{"check/back", Field{Kind: Check}, []string{"left"}, "false", ""},
		{"check/letters", Field{Kind: Check}, []string{"y", "n"}, "false", ""},
		{"check/taken away", needed(Field{Kind: Check, Value: "true"}), []string{"backspace"}, "", "needed"},

		{"choice/the list opens where the choice is", with(country, "chile"), []string{"space", "down", "enter"}, "germany", ""},
		{"choice/found by typing", country, []string{"'nor", "enter"}, "norway", ""},
		{"choice/the beginning of a name comes first", country, []string{"'n", "enter"}, "niger", ""},
		{"choice/nothing found", with(country, "chile"), []string{"'xyz", "enter"}, "chile", ""},
		{"choice/esc leaves it", with(country, "chile"), []string{"space", "down", "esc"}, "chile", ""},
		{"choice/tab leaves it", with(country, "chile"), []string{"space", "down", "tab"}, "chile", ""},
		{"choice/turned", country, []string{"right", "right"}, "brazil", ""},
		{"choice/taken away", with(country, "chile"), []string{"delete"}, "", ""},
		{"choice/needed is not taken away", needed(with(country, "chile")), []string{"delete"}, "chile", ""},
		{"choice/a label stands for its value", with(country, "Chile"), nil, "chile", ""},
		{"choice/no options", Field{Kind: Choice}, []string{"space", "right", "'x"}, "", ""},

		{"free/typed", free, []string{"'Atlantis"}, "Atlantis", ""},
		{"free/picked", free, []string{"'ni", "down", "down", "enter"}, "nigeria", ""},
		{"free/enter keeps the text", free, []string{"'ni", "enter"}, "ni", ""},
		{"free/a name is its value", free, []string{"'Niger"}, "niger", ""},
		{"free/opened", free, []string{"ctrl+o", "down", "enter"}, "argentina", ""},

		{"multi/marked in the order of the options", tags, []string{"space", "down", "space", "up", "space", "enter"}, `["red","green"]`, ""},
		{"multi/of other types", tags, []string{"'thr", "space", "esc"}, `[3]`, ""},
		{"multi/unmarked", with(tags, `["red",3]`), []string{"space", "space", "enter"}, `[3]`, ""},
		{"multi/taken away", with(tags, `["red",3]`), []string{"backspace"}, "", ""},
		{"multi/enter marks what was found", tags, []string{"'gre", "enter", "esc"}, `["green"]`, ""},
		{"multi/only choices", tags, []string{"'blue", "enter", "esc"}, "", ""},
		{"multi/text of one's own", own, []string{"'blue", "enter", "'dark red", "enter", "enter"}, `["blue","dark red"]`, ""},
		{"multi/a plain value", with(tags, "red"), nil, `["red"]`, ""},

		{"lines/enter is a new line", lines, []string{"'a", "enter", "'b"}, "a\nb", ""},
		{"lines/backspace joins", with(lines, "a\nb"), []string{"down", "backspace"}, "ab", ""},
		{"lines/delete joins", with(lines, "a\nb"), []string{"end", "delete"}, "ab", ""},
		{"lines/up and down keep the column", with(lines, "abcd\nx\nabcd"), []string{"right", "right", "right", "down", "down", "'X"}, "abcd\nx\nabcXd", ""},
		{"lines/left goes to the line before", with(lines, "a\nb"), []string{"down", "left", "'X"}, "aX\nb", ""},
		{"lines/right goes to the next line", with(lines, "a\nb"), []string{"end", "right", "'X"}, "a\nXb", ""},
		{"lines/ctrl+k", with(lines, "a b\nc"), []string{"right", "ctrl+k"}, "a\nc", ""},
		{"lines/ctrl+k joins at the end", with(lines, "a\nc"), []string{"end", "ctrl+k"}, "ac", ""},
		{"lines/ctrl+u", with(lines, "a b\nc"), []string{"end", "ctrl+u"}, "\nc", ""},
		{"lines/ctrl+w", with(lines, "a bc"), []string{"end", "ctrl+w"}, "a ", ""},
		{"lines/blanks are nothing", needed(lines), []string{"space", "enter", "space"}, "", "needed"},
		{"code/a new line is as far in", Field{Kind: Code}, []string{"'  a {", "enter", "'b"}, "  a {\n    b", ""},
		{"json/a bracket goes back out", json, []string{"'{", "enter", "'\"a\": 1", "enter", "'}"}, "{\n  \"a\": 1\n}", ""},
		{"json/wrong", json, []string{"'{", "enter", "'a"}, "{\n  a", "not a JSON value, 2:3: a name in quotes or } is expected"},

		{"date/typed", day, []string{"'2026-1-5"}, "2026-01-05", ""},
		{"date/day", with(day, "2026-12-31"), []string{"end", "up"}, "2027-01-01", ""},
		{"date/month ends earlier", with(day, "2026-01-31"), []string{"end", "left", "left", "left", "up"}, "2026-02-28", ""},
		{"date/year", with(day, "2024-02-29"), []string{"home", "up"}, "2025-02-28", ""},
		{"date/back", with(day, "2026-03-01"), []string{"end", "down"}, "2026-02-28", ""},
		{"date/no such day", day, []string{"'2026-02-30"}, "2026-02-30", "February 2026 has no day 30: it ends with 28"},
		{"date/no such month", day, []string{"'2026-13-01"}, "2026-13-01", "there is no month 13"},
		{"date/none", day, []string{"'tomorrow"}, "tomorrow", "not a date like 2026-11-25"},
		{"date/with a time", day, []string{"'2026-11-25 10:00"}, "2026-11-25 10:00", "a date alone is expected, without a time"},
		{"date/calendar on today", day, []string{"ctrl+o", "enter"}, "2026-11-27", ""},
		{"date/calendar moves", day, []string{"ctrl+o", "left", "up", "pgdown", "enter"}, "2026-12-19", ""},
		{"date/calendar ends of the month", with(day, "2026-02-10"), []string{"alt+down", "end", "enter"}, "2026-02-28", ""},
		{"date/calendar esc", with(day, "2026-02-10"), []string{"ctrl+o", "down", "esc"}, "2026-02-10", ""},
		{"date/calendar today", with(day, "2026-02-10"), []string{"ctrl+o", "t", "enter"}, "2026-11-27", ""},

		{"moment/typed", moment, []string{"'2026-11-25 14:30"}, "2026-11-25T14:30:00+01:00", ""},
		{"moment/a date is its beginning", moment, []string{"'2026-11-25"}, "2026-11-25T00:00:00+01:00", ""},
		{"moment/seconds", moment, []string{"'2026-11-25 14:30:07"}, "2026-11-25T14:30:07+01:00", ""},
		{"moment/of another zone", with(moment, "2026-11-25T14:30:00Z"), []string{"end", "up"}, "2026-11-25T15:31:00+01:00", ""},
		{"moment/a zone is typed", moment, []string{"'2026-11-25T14:30:00-05:00"}, "2026-11-25T14:30:00-05:00", ""},
		{"moment/plus steps", with(moment, "2026-11-25 14:30"), []string{"end", "+", "+", "-"}, "2026-11-25T14:31:00+01:00", ""},
		{"moment/hour", with(moment, "2026-11-25 23:30"), []string{"end", "left", "left", "left", "up"}, "2026-11-26T00:30:00+01:00", ""},
		{"moment/no such hour", moment, []string{"'2026-11-25 24:00"}, "2026-11-25 24:00", "there is no hour 24"},
		{"moment/no such minute", moment, []string{"'2026-11-25 10:60"}, "2026-11-25 10:60", "there is no minute 60"},
		{"moment/no time", moment, []string{"'2026-11-25 noon"}, "2026-11-25 noon", "not a time like 14:30"},
		{"moment/calendar keeps the time", with(moment, "2026-11-25 14:30"), []string{"ctrl+o", "right", "enter"}, "2026-11-26T14:30:00+01:00", ""},

		{"file/completed as far as all go", path, []string{"'/tmp/r", "ctrl+o"}, "/tmp/report", "there is no such file"},
		{"file/one of several", path, []string{"'/tmp/r", "ctrl+o", "down", "down", "enter"}, "/tmp/report-2026.csv", "there is no such file"},
		{"file/the only one", path, []string{"'/tmp/w", "ctrl+o"}, "/tmp/words.txt", ""},
		{"file/none", path, []string{"'/x", "ctrl+o"}, "/x", "there is no such file"},

		{"pick/letters are the screen's", Field{Kind: Pick, Value: "b"}, []string{"'abc"}, "b", ""},
		{"pick/taken away", Field{Kind: Pick, Value: "b"}, []string{"backspace"}, "", ""},
		{"pick/text of one's own", Field{Kind: Pick, Freeform: true}, []string{"'abc"}, "abc", ""},
		{"picks/the last is taken away", Field{Kind: Pick, Multiple: true, Value: `["a",2]`}, []string{"backspace"}, `["a"]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.field.Name, test.field.Label = "x", "X"
			f := NewIn(world(), []Field{test.field, {Name: "y"}})
			f.SetFocus(0)
			do(f, test.keys...)
			if got := f.Value("x"); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			f.SetFocus(0)
			f.then(f.flat[0], true) // as if it was touched
			f.SetFocus(1)
			settle(f)
			if got := f.find("x").problem; got != test.problem {
				t.Errorf("it says %q, want %q", got, test.problem)
			}
		})
	}
}

// TestTaken: which keys the form takes and which are left to the screen.
func TestTaken(t *testing.T) {
	area := Field{Kind: Lines, Value: "a\nb"}
	open := []string{"space"}
	for _, test := range []struct {
		name  string
		field Field
		keys  []string // before
		key   string
		taken bool
	}{
		{"tab of a text area", area, nil, "tab", false},
		{"enter of a text area", area, nil, "enter", true},
		{"enter of a line", Field{}, nil, "enter", false},
		{"down in a text area", area, nil, "down", true},
		{"down in its last row", area, []string{"down"}, "down", false},
		{"up in its first row", area, nil, "up", false},
		{"down of a line", Field{}, nil, "down", false},
		{"down of a number", Field{Kind: Number}, nil, "down", false},
		{"down of a date", Field{Kind: Date, Value: "2026-11-25"}, nil, "down", true},
		{"down of no date", Field{Kind: Date}, nil, "down", false},
		{"down of a choice", Field{Kind: Choice, Options: countries}, nil, "down", false},
		{"down in an open list", Field{Kind: Choice, Options: countries}, open, "down", true},
		{"enter behind text with a list", Field{Kind: Choice, Options: countries, Freeform: true}, []string{"n"}, "enter", false},
		{"enter in a list below text", Field{Kind: Choice, Options: countries, Freeform: true}, []string{"n", "down"}, "enter", true},
		{"enter in a list of paths", Field{Kind: File, Value: "/tmp/"}, []string{"ctrl+o", "down"}, "enter", true},
		{"enter of a text area that waits", Field{Kind: Lines, DependsOn: []string{"y"}}, nil, "enter", false},
		{"enter in a list to mark", Field{Kind: Multi, Options: countries}, open, "enter", true},
		{"enter in a calendar", Field{Kind: Date, Value: "2026-11-25"}, []string{"ctrl+o"}, "enter", true},
		{"enter of a choice", Field{Kind: Choice, Options: countries}, nil, "enter", false},
		{"enter in an open list", Field{Kind: Choice, Options: countries}, open, "enter", true},
		{"tab in an open list", Field{Kind: Choice, Options: countries}, open, "tab", false},
		{"esc in an open list", Field{Kind: Choice, Options: countries}, open, "esc", true},
		{"esc", Field{Kind: Choice, Options: countries}, nil, "esc", false},
		{"esc in a calendar", Field{Kind: Date}, []string{"ctrl+o"}, "esc", true},
		{"esc in a text area", area, nil, "esc", false},
		{"ctrl+enter", area, nil, "ctrl+enter", false},
		{"a letter on a toggle", Field{Kind: Toggle}, nil, "q", true},
		{"a letter on a pick", Field{Kind: Pick}, nil, "q", false},
		{"space on a pick", Field{Kind: Pick}, nil, "space", false},
		{"a letter on what waits", Field{DependsOn: []string{"y"}}, nil, "q", true},
		{"enter on a list of elements", Field{Kind: List, Members: []Field{{Name: "a"}}}, nil, "enter", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.field.Name = "x"
			f := NewIn(world(), []Field{test.field, {Name: "y"}})
			f.SetFocus(0)
			for _, k := range test.keys {
				f.Key(keyOf(k))
				settle(f)
			}
			said := f.TakesEnter()
			if got := f.Key(keyOf(test.key)); got != test.taken || test.key == "enter" && said != got {
				t.Errorf("taken %v, want %v; it said of enter %v", got, test.taken, said)
			}
		})
	}
}

// TestPaste: text goes into fields of text as it is, and into what finds a choice.
func TestPaste(t *testing.T) {
	for _, test := range []struct {
		name  string
		field Field
		then  []string
		want  string
	}{
		{"a line", Field{}, nil, "one two"},
		{"lines", Field{Kind: Lines}, nil, " one\ntwo\n"},
		{"a toggle takes none", Field{Kind: Toggle}, nil, "false"},
		{"a choice finds", Field{Kind: Choice, Options: options("Zero", "One two", "A", "B", "C", "D")}, []string{"enter"}, "one two"},
		{"tags", Field{Kind: Multi, Freeform: true}, []string{"enter"}, `["one two"]`},
		{"what waits takes none", Field{DependsOn: []string{"y"}}, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.field.Name = "x"
			f := New([]Field{test.field, {Name: "y"}})
			f.SetFocus(0)
			f.Paste(" one\r\ntwo\n")
			do(f, test.then...)
			if got := f.Value("x"); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestSkippedHour: a time that the clocks skip is named.
func TestSkippedHour(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"2026-03-29 01:30": "2026-03-29T01:30:00+01:00",
		"2026-03-29 02:30": "02:30 is skipped that day: clocks are changed",
		"2026-03-29 03:30": "2026-03-29T03:30:00+02:00",
	} {
		at, fault := parseTime(typed, zone, true)
		if got := at.Format(time.RFC3339); fault != want && got != want {
			t.Errorf("%s: %s, %q; want %s", typed, got, fault, want)
		}
	}
}
