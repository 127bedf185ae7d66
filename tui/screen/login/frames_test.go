package login

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"authdeck/connections"
	"authdeck/oauthflow"
	"authdeck/tui/screen"
	"authdeck/tui/screen/screentest"
	"authdeck/tui/theme"
)

// states are what a person can see of a sign-in.
var states = []struct {
	name    string
	view    connections.IntegrationView
	prepare func(*rig)
	then    func(*rig)
}{
	{"starting", screentest.Google(), func(r *rig) {
		r.deck.LoginFunc = func(ctx context.Context, _ connections.LoginRequest) (screen.Login, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}, nil},
	{"waiting", screentest.Google(), nil, func(r *rig) { r.pass(8 * time.Second) }},
	{"waiting-long", screentest.Google(), nil, func(r *rig) { r.pass(4*time.Minute + 40*time.Second) }},
	{"no-motion", screentest.Google(), func(r *rig) { r.env.Motion = false }, func(r *rig) { r.pass(8 * time.Second) }},
	{"warned", screentest.Google(), func(r *rig) {
		r.login.Warn = []string{"the server does not announce S256; the challenge is sent all the same"}
	}, nil},
	{"headless-ssh", screentest.Google(), func(r *rig) {
		r.login.Why = "this is an ssh session"
		r.login.SSH = "ssh -L 53682:127.0.0.1:53682 ada@build.example.com"
	}, nil},
	{"headless-container", screentest.Google(), func(r *rig) { r.login.Why = "this is a container" }, nil},
	{"browser-broken", screentest.Google(), func(r *rig) { r.login.OpenErr = errors.New("open the browser: firefox: exit status 1") }, nil},
	{"paste-open", screentest.Google(), nil, func(r *rig) { r.loop.Press("p") }},
	{"paste-filled", screentest.Google(), nil, func(r *rig) {
		r.loop.Send(tea.PasteMsg{Content: "http://127.0.0.1:53682/callback?code=4/0Adeu5BW&state=abc"})
	}},
	{"paste-refused", screentest.Google(), func(r *rig) {
		r.login.PasteErr = errors.New("this address does not belong to this login: another state")
	}, func(r *rig) {
		r.loop.Send(tea.PasteMsg{Content: "http://127.0.0.1:53682/callback?code=4/0Adeu5BW&state=abc"})
		r.loop.Press("enter")
	}},
	{"paste-incomplete", screentest.Google(), func(r *rig) {
		r.login.PasteErr = &connections.Error{
			Kind: connections.KindUsage, Message: "this address is not the one that this sign-in waits for",
			Hint: "paste the whole address that the browser ended on; it begins with http://127.0.0.1:53682/callback",
		}
	}, func(r *rig) {
		r.loop.Send(tea.PasteMsg{Content: "http://127.0.0.1:53682/"})
		r.loop.Press("enter")
	}},
	{"help", screentest.Google(), nil, func(r *rig) { r.loop.Press("?") }},
	{"help-ssh", screentest.Google(), func(r *rig) {
		r.login.Why, r.login.SSH = "this is an ssh session", "ssh -L 53682:127.0.0.1:53682 ada@build.example.com"
	}, func(r *rig) { r.loop.Press("?") }},
	{"help-failed", screentest.Google(), nil, func(r *rig) {
		r.login.Finish(connections.Detail{}, errors.New("no"))
		r.loop.Settle()
		r.loop.Press("?")
	}},
	{"wrong-issuer", screentest.GitLab(), func(r *rig) {
		r.deck.LoginFunc = func(context.Context, connections.LoginRequest) (screen.Login, error) {
			err := fmt.Errorf("%w: it is of the issuer %q, not of %q", oauthflow.ErrMetadata, "https://id.example.com/", "https://id.example.com")
			return nil, &connections.Error{Kind: connections.KindFailed, Message: err.Error(), Hint: "`authdeck -v` shows each exchange", Err: err}
		}
	}, nil},
	{"taken", screentest.Google(), nil, func(r *rig) {
		r.loop.Send(tea.PasteMsg{Content: "http://127.0.0.1:53682/callback?code=4/0Adeu5BW&state=abc"})
		r.loop.Press("enter")
	}},
	{"port-busy", screentest.GitLab(), func(r *rig) {
		r.deck.LoginFunc = func(context.Context, connections.LoginRequest) (screen.Login, error) {
			return nil, &connections.Error{
				Kind: connections.KindPortBusy, Message: "port 53682 is held by rclone (pid 4711)",
				Hint: "end that program, or take another port with --port N, which has to be registered at the provider as well",
			}
		}
	}, nil},
	{"refused", screentest.Google(), nil, func(r *rig) {
		r.login.Finish(connections.Detail{}, &connections.Error{
			Kind: connections.KindFailed, Message: "the provider answered access_denied: the user did not consent", Hint: "nothing was changed",
		})
		r.loop.Settle()
	}},
	{"invalid-client", screentest.Google(), nil, func(r *rig) {
		r.login.Finish(connections.Detail{}, &connections.Error{
			Kind: connections.KindConfiguration, Message: "oauth2.googleapis.com refused the client: invalid_client", Hint: "check id and secret",
		})
		r.loop.Settle()
	}},
	{"other-account", screentest.Google(), nil, func(r *rig) {
		r.login.Finish(connections.Detail{}, &connections.Error{
			Kind: connections.KindOtherAccount, Message: "bob@example.com signed in, google-work is ada@example.com; nothing was changed",
		})
		r.loop.Settle()
	}},
	{"timed-out", screentest.Google(), nil, func(r *rig) { r.pass(5*time.Minute + time.Second) }},
	{"demo", screentest.Demo(), func(r *rig) { r.env.Play = func(context.Context, string) error { return nil } }, nil},
	{"demo-headless", screentest.Demo(), func(r *rig) {
		r.env.Play = func(context.Context, string) error { return nil }
		r.login.Why = "no display"
		r.login.Address = "http://127.0.0.1:40001/authorize?client_id=authdeck-demo"
	}, nil},
	{"demo-playing", screentest.Demo(), func(r *rig) {
		r.env.Play = func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	}, func(r *rig) { r.loop.Press("b") }},
}

// TestFrames compares every state at every size, and in ASCII, and holds each against the invariants.
func TestFrames(t *testing.T) {
	for _, st := range states {
		for _, size := range screentest.Sizes() {
			for _, look := range screentest.Looks() {
				t.Run(fmt.Sprintf("%s/%s-%s", st.name, size.Name, look.Name), func(t *testing.T) {
					prepare := func(r *rig) {
						r.env.Theme = theme.New(look.Options)
						if st.prepare != nil {
							st.prepare(r)
						}
					}
					var frame string
					inBubble(t, st.view, prepare, func(r *rig) {
						if st.then != nil {
							st.then(r)
						}
						frame = r.dialog.View(size.Width, size.Height) + "\n" + screentest.Footer(r.dialog.Keys())
					})
					box := frame[:strings.LastIndexByte(frame, '\n')]
					lines := strings.Split(box, "\n")
					screentest.Check(t, box, ansi.StringWidth(lines[0]), 0)
					if len(lines) > size.Height || ansi.StringWidth(lines[0]) > size.Width {
						t.Errorf("the box is %d×%d", ansi.StringWidth(lines[0]), len(lines))
					}
					if look.ASCII && strings.IndexFunc(ansi.Strip(box), func(c rune) bool { return c > 0x7e }) >= 0 {
						t.Errorf("not ASCII:\n%s", ansi.Strip(box))
					}
					if strings.Contains(frame, "4/0Adeu5BW") {
						t.Errorf("the code is on screen:\n%s", frame)
					}
					if look.Name == "plain" || look.ASCII && size.Name == "80x24" {
						screentest.Golden(t, frame)
					}
				})
			}
		}
	}
}
