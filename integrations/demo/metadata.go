package demo

import (
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// metadata is op's document, made true where this server does less, and with what it does more.
type metadata struct {
	*oidc.DiscoveryConfiguration
	IssParameter bool `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
}

// serveMetadata is the document of OpenID Connect Discovery and of RFC 8414.
func (s *Server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	d := op.CreateDiscoveryConfig(r.Context(), s.provider, s.storage)
	none := []oidc.AuthMethod{oidc.AuthMethodNone}
	d.RegistrationEndpoint = s.issuer + "register"
	d.DeviceAuthorizationEndpoint, d.EndSessionEndpoint, d.CheckSessionIframe = "", "", ""
	d.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
	d.ResponseModesSupported = []string{string(oidc.ResponseModeQuery)}
	d.GrantTypesSupported = []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
	d.TokenEndpointAuthMethodsSupported = none
	d.RevocationEndpointAuthMethodsSupported = none
	d.IntrospectionEndpointAuthMethodsSupported = none
	d.RevocationEndpointAuthSigningAlgValuesSupported = nil
	d.IntrospectionEndpointAuthSigningAlgValuesSupported = nil
	d.ClaimsSupported = []string{
		"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "c_hash", "azp",
		"name", "preferred_username", "email", "email_verified",
	}
	writeJSON(w, http.StatusOK, metadata{DiscoveryConfiguration: d, IssParameter: true})
}
