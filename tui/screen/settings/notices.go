package settings

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"authdeck/internal/safetext"
	"authdeck/tui/screen"
	"authdeck/tui/term"
)

// savedMsg is the end of a write of the choice.
type savedMsg struct {
	kind term.Notice
	err  error
}

// nextNotice takes the next way, calls once in it, and keeps it.
func (s *Screen) nextNotice() tea.Cmd {
	n := s.env.Notices
	all := term.Notices()
	n.Kind = all[(slices.Index(all, n.Kind)+1)%len(all)]
	var call tea.Cmd
	if sequence := n.Kind.Sequence("authdeck", "this is how it calls you"); sequence != "" {
		call = tea.Raw(sequence)
	}
	if n.Save == nil {
		return tea.Batch(call, s.env.Shell.Toast(screen.ToastOK, "notices: "+noticeWords(n.Kind)))
	}
	return tea.Batch(call, s.save())
}

// save writes the choice, one write at a time: what is chosen meanwhile comes after it.
func (s *Screen) save() tea.Cmd {
	if s.saving {
		return nil
	}
	s.saving = true
	ctx, write, kind := s.env.Ctx, s.env.Notices.Save, s.env.Notices.Kind
	return func() tea.Msg { return savedMsg{kind, write(ctx, kind)} }
}

func (s *Screen) saved(msg savedMsg) tea.Cmd {
	s.saving = false
	switch {
	case s.env.Ctx.Err() != nil:
		return nil
	case msg.kind != s.env.Notices.Kind:
		return s.save()
	case msg.err != nil:
		return s.env.Shell.Toast(screen.ToastWarn, "the choice of notices is not kept: "+safetext.Line(msg.err.Error(), 200))
	}
	return s.env.Shell.Toast(screen.ToastOK, "notices: "+noticeWords(msg.kind))
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
