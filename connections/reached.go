package connections

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/safetext"
	"authdeck/internal/secret"
	"authdeck/oauthflow"
	"authdeck/store"
)

// reachedMost is how many hosts are kept of one integration.
const reachedMost = 50

// keepReached keeps the hosts that the calls of a service reached with a token of its connection: where its token goes anyhow, a call
// of the user's own may take it, too. An integration that knows its hosts needs none of it.
func (s *Service) keepReached(ctx context.Context, r *running) {
	if q, ok := r.integ.(integrations.Requester); r.conn == nil || ok && q.APIHosts(r.cfg) != nil {
		return
	}
	if !ownCode(r) {
		return
	}
	var hosts []string
	for _, x := range r.result.Exchanges {
		if host := reachedHost(x, r.secrets); host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 {
		return
	}
	if err := s.addReached(ctx, r.info.ID, hosts); err != nil {
		s.o.Log.Warn("the hosts of a service are not kept", "integration", r.info.ID, "err", safetext.Line(err.Error(), 200))
	}
}

// ownCode reports whether the integration is code that finds its hosts by itself.
func ownCode(r *running) bool {
	_, ok := r.integ.(integrations.Requester)
	return ok || r.info.Kind == integrations.KindFlowRunner
}

// reachedHost is the host of an exchange that was answered and carried a token of the connection, by https or on loopback; else "".
// Other secrets do not count: where a service sends a key of a third party, or what only looks like a secret, its token was never.
func reachedHost(x oauthflow.Exchange, tokens []secret.String) string {
	u, err := url.Parse(x.URL)
	if err != nil || x.Status == 0 || u.Host == "" || u.Scheme != "https" && !loopbackHost(u.Hostname()) || !x.Carried(tokens) {
		return ""
	}
	return strings.ToLower(u.Host)
}

func loopbackHost(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// reached are the hosts that are kept of an integration.
func (s *Service) reached(ctx context.Context, integration string) ([]string, error) {
	var hosts []string
	err := s.o.Store.Setting(ctx, sectionReached, integration, &hosts)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, storeError("read the hosts of a service", err)
	}
	return hosts, nil
}

func (s *Service) addReached(ctx context.Context, integration string, hosts []string) error {
	ctx, cancel := context.WithTimeout(ctx, keepRunLimit)
	defer cancel()
	known, err := s.reached(ctx, integration)
	if err != nil {
		return err
	}
	isNew := func(h string) bool { return !slices.Contains(known, h) }
	if len(known) >= reachedMost || !slices.ContainsFunc(hosts, isNew) {
		return nil
	}
	unlock, err := s.lockNamed(ctx, "hosts of "+integration)
	if err != nil {
		return err
	}
	defer unlock()
	if known, err = s.reached(ctx, integration); err != nil {
		return err
	}
	for _, h := range hosts {
		if isNew(h) && len(known) < reachedMost {
			known = append(known, h)
		}
	}
	slices.Sort(known)
	return s.o.Store.PutSetting(ctx, sectionReached, integration, known)
}
