package testserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Player plays a browser and its user at npm's oidc-provider by real HTTP: follows the redirects, keeps the cookies, fills
// in the forms.
type Player struct {
	Login string // default ada@example.com
	Deny  bool   // cancels at the first page instead of signing in
}

// Landing is where the browser ended.
type Landing struct {
	Callback string // the redirect address with its parameters
	Final    string // the address shown in the end
	Status   int
	Page     string
}

// maxSteps is twice what a sign-in with consent takes.
const maxSteps = 20

// PlayOIDCProvider signs in as ada@example.com, consents, visits the callback and follows to its page. That page may be
// held back until the login is finished, so run it beside the login.
func PlayOIDCProvider(ctx context.Context, authorizeURL string) (Landing, error) {
	return Player{}.Play(ctx, authorizeURL)
}

// Play goes the whole way, callback page included.
func (p Player) Play(ctx context.Context, authorizeURL string) (Landing, error) {
	callback, err := p.Authorize(ctx, authorizeURL)
	if err != nil {
		return Landing{}, err
	}
	b := newBrowser(true)
	res, page, err := b.get(ctx, callback)
	if err != nil {
		return Landing{Callback: callback}, fmt.Errorf("visit the callback: %w", err)
	}
	return Landing{Callback: callback, Final: res.Request.URL.String(), Status: res.StatusCode, Page: page}, nil
}

// Authorize goes the way up to the callback and returns its address without visiting it, as for pasting.
func (p Player) Authorize(ctx context.Context, authorizeURL string) (callback string, err error) {
	if p.Login == "" {
		p.Login = "ada@example.com"
	}
	at, err := url.Parse(authorizeURL)
	if err != nil {
		return "", err
	}
	home := at.Host
	b := newBrowser(false)
	res, page, err := b.get(ctx, authorizeURL)
	for range maxSteps {
		if err != nil {
			return "", err
		}
		if to, err := res.Location(); err == nil {
			if to.Host != home {
				return to.String(), nil
			}
			at = to
			res, page, err = b.get(ctx, to.String())
			if err != nil {
				return "", err
			}
			continue
		} else if !errors.Is(err, http.ErrNoLocation) {
			return "", err
		}
		switch {
		case p.Deny && strings.Contains(page, at.Path+"/abort"):
			at = at.JoinPath("abort")
			res, page, err = b.get(ctx, at.String())
		case strings.Contains(page, `name="prompt" value="login"`):
			res, page, err = b.post(ctx, at.String(), url.Values{"prompt": {"login"}, "login": {p.Login}, "password": {"x"}})
		case strings.Contains(page, `name="prompt" value="consent"`):
			res, page, err = b.post(ctx, at.String(), url.Values{"prompt": {"consent"}})
		default:
			return "", fmt.Errorf("the provider shows %s at %s: %.300q", res.Status, at.Path, page)
		}
	}
	return "", fmt.Errorf("no callback after %d steps", maxSteps)
}

type httpBrowser struct{ c *http.Client }

func newBrowser(follow bool) httpBrowser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it never fails without options
	}
	c := &http.Client{Jar: jar, Timeout: 60 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	if !follow {
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return httpBrowser{c}
}

func (b httpBrowser) get(ctx context.Context, address string) (*http.Response, string, error) {
	return b.do(ctx, http.MethodGet, address, nil)
}

func (b httpBrowser) post(ctx context.Context, address string, form url.Values) (*http.Response, string, error) {
	return b.do(ctx, http.MethodPost, address, form)
}

func (b httpBrowser) do(ctx context.Context, method, address string, form url.Values) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.c.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res, string(page), err
}
