package connections

import (
	"context"
	"net"
	"net/url"
	"strconv"

	"authdeck/integrations"
	"authdeck/loopback"
)

// RedirectURI is the exact address to register at the provider for this integration; for any_port ones without a port.
func (s *Service) RedirectURI(ctx context.Context, id string, port int) (string, error) {
	i, err := s.o.Registry.Find(ctx, id)
	if err != nil {
		return "", s.unknownIntegration(ctx, id, err)
	}
	return redirectURI(i.Info().Redirect, port), nil
}

func redirectURI(r integrations.Redirect, port int) string {
	o := listenOptions(r, port)
	u := url.URL{Scheme: "http", Host: o.Host, Path: o.Path}
	if o.Port != 0 {
		u.Host = net.JoinHostPort(o.Host, strconv.Itoa(o.Port))
	}
	return u.String()
}

// listenOptions says where the callback server listens: where the provider compares the address exactly, on one fixed
// port and never on another.
func listenOptions(r integrations.Redirect, port int) loopback.Options {
	o := loopback.Options{Host: r.Host, Port: port, Path: r.Path}
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if o.Path == "" {
		o.Path = "/callback"
	}
	if o.Port == 0 {
		o.Port = r.Port
	}
	if o.Port == 0 && r.Class != integrations.RedirectAnyPort {
		o.Port = integrations.DefaultPort
	}
	return o
}
