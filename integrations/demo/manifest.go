package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"text/template"
	"time"

	"authdeck/integrations"
	"authdeck/integrations/manifest"
	"authdeck/oauthflow"
)

//go:embed manifest.yaml.tmpl
var manifestText string

// Manifest is the demo integration as a page of YAML for this server.
func (s *Server) Manifest() []byte {
	t := template.Must(template.New("manifest").Delims("<<", ">>").Parse(manifestText))
	var page bytes.Buffer
	_ = t.Execute(&page, map[string]string{
		"Issuer": s.issuer, "API": s.API(), "Host": strings.TrimSuffix(strings.TrimPrefix(s.issuer, "http://"), "/"), "ClientID": ClientID,
		"Access": duration(s.storage.ttl), "Refresh": duration(s.storage.refreshTTL),
	}) // template, data and writer are ours: it cannot fail
	return page.Bytes()
}

// duration spells a duration as a manifest does.
func duration(d time.Duration) string {
	if day := 24 * time.Hour; d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// source is the one integration of a server.
type source struct {
	load func() (integrations.Integration, error)
}

// Source lists the demo integration (kind "demo", id "demo") of this server.
func (s *Server) Source(c *oauthflow.Caller) integrations.Source {
	return source{sync.OnceValues(func() (integrations.Integration, error) {
		return manifest.Parse(c, manifest.Page{Name: "demo.yaml", Kind: integrations.KindDemo, Origin: s.issuer, YAML: s.Manifest()})
	})}
}

// Integrations implements integrations.Source.
func (s source) Integrations(context.Context) ([]integrations.Integration, error) {
	i, err := s.load()
	if err != nil {
		return nil, fmt.Errorf("load the demo integration: %w", err)
	}
	return []integrations.Integration{i}, nil
}
