package settings

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/term"
)

// nextNotice takes the next way, calls once in it, and keeps it.
func (s *Screen) nextNotice() tea.Cmd {
	n := s.env.Notices
	all := term.Notices()
	n.Kind = all[(slices.Index(all, n.Kind)+1)%len(all)]
	cmds := []tea.Cmd{s.env.Shell.Toast(screen.ToastOK, "notices: "+noticeWords(n.Kind))}
	if sequence := n.Kind.Sequence("authdeck", "this is how it calls you"); sequence != "" {
		cmds = append(cmds, tea.Raw(sequence))
	}
	if n.Save != nil {
		ctx, save, kind := s.env.Ctx, n.Save, n.Kind
		cmds = append(cmds, func() tea.Msg {
			if err := save(ctx, kind); err != nil && ctx.Err() == nil {
				return screen.Note{Kind: screen.ToastWarn, Text: "the choice of notices is not kept: " + safetext.Line(err.Error(), 200)}
			}
			return nil
		})
	}
	return tea.Batch(cmds...)
}

func noticeWords(n term.Notice) string {
	switch n {
	case term.NoticeBell:
		return "terminal bell"
	case term.NoticeOSC777:
		return "OSC 777, if the terminal shows it"
	case term.NoticeOSC9:
		return "OSC 9, if the terminal shows it"
	case term.NoticeOff:
	}
	return "off"
}
