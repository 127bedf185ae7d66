package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	playTime    = 30 * time.Second // one page
	playPages   = 10               // forms sent
	playHops    = 10               // redirects of one page
	playMaxPage = 1 << 20
)

var errNotLoopback = errors.New("only loopback addresses are visited")

// PlayBrowser follows the pages of this server by real HTTP, with a cookie jar and forms, as a browser would: it signs
// account in, consents and follows the redirect to the callback. It returns the final address and refuses other hosts.
// The address is returned beside the error if the last page answered 400 or more.
func PlayBrowser(ctx context.Context, authorizeURL, account string) (string, error) {
	b, err := newPlayed()
	if err != nil {
		return "", err
	}
	defer b.client.CloseIdleConnections()
	start, err := url.Parse(authorizeURL)
	if err != nil || !visitable(start) {
		return "", fmt.Errorf("play the browser: %w", errNotLoopback)
	}
	page, err := b.visit(ctx, http.MethodGet, start, nil)
	for range playPages {
		if err != nil {
			return "", fmt.Errorf("play the browser: %w", err)
		}
		if page.at.Host != start.Host || page.status >= http.StatusBadRequest {
			break
		}
		f, fields := choose(readForms(page.body), account)
		if fields == nil {
			return "", fmt.Errorf("play the browser: %s has no account %q and no consent to give", page.at.Path, account)
		}
		var to *url.URL
		if to, err = page.at.Parse(f.action); err == nil {
			page, err = b.visit(ctx, f.method, to, fields)
		}
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("play the browser: %w", err)
	case page.status >= http.StatusBadRequest:
		return page.at.String(), fmt.Errorf("play the browser: %s answered %d", page.at.Host, page.status)
	case page.at.Host == start.Host:
		return "", errors.New("play the browser: the pages have no end")
	}
	return page.at.String(), nil
}

// choose finds the form with this account, or the one that asks for consent, and fills it.
func choose(forms []form, account string) (form, url.Values) {
	for _, f := range forms {
		for _, b := range f.buttons {
			if b == (field{"account", account}) || b == (field{"decision", "allow"}) {
				values := url.Values{}
				for _, v := range append(f.inputs, b) {
					values.Add(v.name, v.value)
				}
				return f, values
			}
		}
	}
	return form{}, nil
}

// played is the browser that is played.
type played struct{ client *http.Client }

type playedPage struct {
	at     *url.URL
	status int
	body   string
}

func newPlayed() (*played, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("play the browser: %w", err)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: loopbackOnly}
	return &played{&http.Client{
		Jar:       jar,
		Timeout:   playTime,
		Transport: &http.Transport{DialContext: dialer.DialContext}, // no proxy
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > playHops {
				return errors.New("too many redirects")
			}
			if !visitable(r.URL) {
				return errNotLoopback
			}
			return nil
		},
	}}, nil
}

func visitable(u *url.URL) bool {
	return u.Scheme == "http" && u.User == nil && loopbackHost(u.Hostname())
}

// loopbackOnly refuses to dial what a loopback name may have been pointed at.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return errNotLoopback
	}
	return nil
}

func (b *played) visit(ctx context.Context, method string, to *url.URL, form url.Values) (playedPage, error) {
	if !visitable(to) {
		return playedPage{}, errNotLoopback
	}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if form != nil {
		filled := *to
		filled.RawQuery = form.Encode()
		to = &filled
	}
	r, err := http.NewRequestWithContext(ctx, method, to.String(), body)
	if err != nil {
		return playedPage{}, errors.New("the address cannot be visited")
	}
	r.Header.Set("Accept", "text/html")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return playedPage{}, withoutAddress(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var page bytes.Buffer
	if _, err := io.Copy(&page, io.LimitReader(answer.Body, playMaxPage)); err != nil {
		return playedPage{}, fmt.Errorf("read the page: %w", err)
	}
	return playedPage{answer.Request.URL, answer.StatusCode, page.String()}, nil
}

// withoutAddress takes the address, which may hold a code, out of net/http's error.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
