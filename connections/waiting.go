package connections

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"authdeck/browser"
	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/loopback"
)

// URL is where the user signs in.
func (l *Login) URL() string { return l.to.URL }

// RedirectURI is where the browser comes back.
func (l *Login) RedirectURI() string { return l.listener.RedirectURI() }

// IntegrationInfo describes what is being connected.
func (l *Login) IntegrationInfo() integrations.Info { return l.info }

// Started and Deadline are wall times.
func (l *Login) Started() time.Time { return l.started }

// Deadline is when Wait gives up.
func (l *Login) Deadline() time.Time { return l.deadline }

// Warnings are shown before the browser opens.
func (l *Login) Warnings() []string { return slices.Clone(l.to.Warnings) }

// Headless says why no browser will be opened ("" if one will), and gives the ssh -L line if this is an ssh session.
func (l *Login) Headless() (why, sshLine string) {
	if ok, reason := l.s.o.Browser.Available(l.choice()); !ok {
		why = reason
	}
	if l.r.Flow == "paste" {
		why = "the redirected address is to be pasted"
	}
	if why == "" {
		return "", ""
	}
	return why, l.s.o.SSHLine(l.listener.Port())
}

func (l *Login) choice() string {
	if l.r.Flow == "paste" {
		return "none"
	}
	return l.r.Browser
}

// OpenBrowser opens the URL by the choice of the request. [browser.ErrHeadless] if there is none.
func (l *Login) OpenBrowser(ctx context.Context) error {
	err := l.s.o.Browser.Open(ctx, l.to.URL, l.choice())
	switch {
	case err == nil:
		return nil
	case errors.Is(err, browser.ErrHeadless):
		return &Error{Kind: KindFailed, Message: "there is no browser here", Hint: "open the address yourself, or paste the redirected one", Err: err}
	}
	e := explain(fmt.Errorf("open the browser: %w", err))
	var x *Error
	if errors.As(e, &x) && x.Kind == KindFailed {
		x.Hint = "open the address yourself, or choose a browser with --browser CMD"
	}
	return e
}

// Paste hands in the redirected address.
func (l *Login) Paste(address string) error {
	err := l.listener.Paste(address)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, loopback.ErrNotThisLogin):
		return &Error{
			Kind: KindUsage, Message: "this address does not belong to this sign-in",
			Hint: "paste the whole address that the browser ended on; it begins with " + l.RedirectURI(), Err: err,
		}
	}
	return explain(fmt.Errorf("take the pasted address: %w", err))
}

// Cancel ends a login that is still waiting.
func (l *Login) Cancel() {
	l.canceled.Do(func() {
		if err := l.listener.Close(); err != nil {
			l.s.o.Log.Debug("close the callback server", "err", err)
		}
	})
}

// Wait returns once the grant is on disk, or why not. The exchange, once begun, is finished whatever ctx does. The port
// is free when it returns.
func (l *Login) Wait(ctx context.Context) (Detail, error) {
	defer l.Cancel()
	answer, err := l.await(ctx)
	if err != nil {
		l.tellHistory(ctx, err)
		return Detail{}, err
	}
	d, err := l.complete(ctx, answer)
	l.listener.Finish(err == nil)
	if err != nil {
		l.tellHistory(ctx, err)
	}
	return d, err
}

// tellHistory writes down that signing a connection in again failed; a new one has no history yet.
func (l *Login) tellHistory(ctx context.Context, cause error) {
	if l.again == nil {
		return
	}
	e := l.s.event(*l.again, "login", "failed", "%s", safetext.Line(cause.Error(), 200))
	if err := l.s.o.Store.Append(context.WithoutCancel(ctx), e); err != nil {
		l.s.o.Log.Warn("a failed sign-in was not written to the history", "connection", l.again.Name, "err", err)
	}
}

// await waits for the redirect until the deadline.
func (l *Login) await(ctx context.Context) (url.Values, error) {
	waiting, cancel := context.WithTimeout(ctx, l.ends-l.s.o.Clock.Mono())
	defer cancel()
	answer, err := l.listener.Wait(waiting, loopback.Expect{State: l.state, Issuer: l.to.Issuer, IssRequired: l.to.IssRequired})
	switch {
	case err == nil:
		return answer, nil
	case errors.Is(err, loopback.ErrIssuer):
		l.listener.Finish(false)
		return nil, &Error{
			Kind: KindFailed, Message: "the answer came from another issuer than " + quote(l.to.Issuer) + ": nothing was sent to it",
			Hint: "somebody may be mixing up sign-ins (RFC 9207): start again, and open only the address shown here", Err: err,
		}
	case errors.Is(err, loopback.ErrClosed), ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return nil, &Error{Kind: KindCanceled, Message: "the sign-in was canceled", Hint: "start it again when you like", Err: err}
	case waiting.Err() != nil:
		return nil, &Error{
			Kind: KindSignIn, Message: "nobody signed in within " + span(l.r.Timeout),
			Hint: "start again; --timeout waits longer. If the provider showed an error page, look at `authdeck integrations show " + l.info.ID + "`", Err: err,
		}
	}
	return nil, explain(fmt.Errorf("wait for the redirect: %w", err))
}
