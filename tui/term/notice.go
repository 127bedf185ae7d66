package term

import (
	"strings"

	"authdeck/internal/safetext"
)

// Notice is how the terminal calls its user.
type Notice string

// The ways. The bell is what every terminal and multiplexer passes on, and what its owner has set up for being called;
// OSC 777 (foot, Ghostty, urxvt, WezTerm) and OSC 9 (Ghostty, iTerm2, kitty, WezTerm) show a text.
const (
	NoticeOff    Notice = "off"
	NoticeBell   Notice = "bell"
	NoticeOSC777 Notice = "osc777"
	NoticeOSC9   Notice = "osc9"
)

// Notices are all ways, in the order of choosing.
func Notices() []Notice { return []Notice{NoticeBell, NoticeOSC777, NoticeOSC9, NoticeOff} }

// noticeCells bounds a text; desktops cut it sooner.
const noticeCells = 200

// Sequence is what is written to the terminal, "" for nothing. The text is made safe: no byte of it can end the sequence,
// or make another one of it. The program's own output writes it, so never while another has the terminal.
func (n Notice) Sequence(title, text string) string {
	switch n {
	case NoticeBell:
		return "\a"
	case NoticeOSC777:
		return "\x1b]777;notify;" + noticeText(title) + ";" + noticeText(text) + "\a"
	case NoticeOSC9:
		// A title first: digits there would be one of ConEmu's commands, like the progress bar of 9;4.
		return "\x1b]9;" + noticeText(title+": "+text) + "\a"
	case NoticeOff:
	}
	return ""
}

// noticeText has no semicolon, which parts the fields of OSC 777.
func noticeText(s string) string {
	return strings.ReplaceAll(safetext.Line(s, noticeCells), ";", ",")
}
