package screentest

import (
	"image/color"

	"authdeck/connections"
	"authdeck/integrations"
)

func credentials() []integrations.Input {
	return []integrations.Input{
		{Name: "client_id", Label: "Client id", Example: "1234-abc.apps.example.com", Required: true},
		{Name: "client_secret", Label: "Client secret", Required: true, Secret: true},
	}
}

// Google is an integration with a console page, a client type, any port, and warnings.
func Google() connections.IntegrationView {
	return connections.IntegrationView{
		Info: integrations.Info{
			ID: "google", Name: "Google", Kind: integrations.KindBuiltIn, Facts: "2026-11", Unverified: []string{"refresh"},
			Icon:    integrations.Icon{Glyph: "G", ASCII: "G", Colour: "#4285f4"},
			Console: "https://console.cloud.google.com/apis/credentials", ClientType: "Desktop app",
			Inputs: credentials(), NeedsID: true, PKCE: "S256", Auth: "post", Refresh: "kept",
			Redirect: integrations.Redirect{Class: integrations.RedirectAnyPort, Host: "127.0.0.1", Path: "/callback", Note: "a Desktop app client takes every port of 127.0.0.1: there is nothing to register"},
			Scopes:   integrations.Scopes{Default: []string{"openid", "email", "profile"}},
			Lifetime: integrations.LifetimeFacts{Access: "1 h", Refresh: "until revoked; 7 days while the consent screen is in Testing"},
			Notes: []string{
				"while the consent screen is in Testing, refresh tokens end after 7 days and only listed test users may sign in",
				"an app that is not verified shows a warning page: Advanced, then Go to the app",
			},
		},
		Actions: 5, CanRevoke: true,
	}
}

// GitLab is one with a host of one's own and an exact redirect address.
func GitLab() connections.IntegrationView {
	inputs := append([]integrations.Input{{Name: "host", Label: "Host", Default: "gitlab.com", Pattern: `[a-z0-9.-]+(:[0-9]+)?`, Hint: "your own server, or gitlab.com"}}, credentials()...)
	return connections.IntegrationView{
		Info: integrations.Info{
			ID: "gitlab", Name: "GitLab", Kind: integrations.KindBuiltIn, Facts: "2026-11", Unverified: []string{"identity", "redirect"},
			Icon:    integrations.Icon{Glyph: "◆", ASCII: "L", Colour: "#fc6d26"},
			Console: "https://gitlab.com/-/user_settings/applications", ClientType: "Confidential, with the scope read_user",
			Inputs: inputs, NeedsID: true, PKCE: "S256", Auth: "post", Refresh: "rotates",
			Redirect: integrations.Redirect{Class: integrations.RedirectLoopback, Host: "127.0.0.1", Port: 53682, Path: "/callback"},
			Scopes:   integrations.Scopes{Default: []string{"read_user"}},
			Lifetime: integrations.LifetimeFacts{Access: "2 h", Refresh: "until used"},
		},
		Actions: 3, CanRevoke: true, CanIntrospect: true,
	}
}

// GitHub is one whose tokens never expire.
func GitHub() connections.IntegrationView {
	return connections.IntegrationView{
		Info: integrations.Info{
			ID: "github", Name: "GitHub (OAuth app)", Kind: integrations.KindBuiltIn, Facts: "2026-11",
			Icon:    integrations.Icon{Glyph: "#", ASCII: "#"},
			Console: "https://github.com/settings/developers", ClientType: "OAuth app",
			Written: []string{"Leave \"Enable Device Flow\" off."},
			Inputs:  credentials(), NeedsID: true, PKCE: "S256", Auth: "post", Refresh: "none",
			Redirect: integrations.Redirect{Class: integrations.RedirectAnyPort, Host: "127.0.0.1", Path: "/callback", Note: "the port need not match the registered one"},
			Scopes:   integrations.Scopes{Default: []string{"read:user"}},
			Lifetime: integrations.LifetimeFacts{Access: "no expiry, nothing to refresh"},
		},
		Actions: 4, CanRevoke: true,
	}
}

// Demo needs nothing.
func Demo() connections.IntegrationView {
	return connections.IntegrationView{
		Info: integrations.Info{
			ID: "demo", Name: "Demo", Kind: integrations.KindDemo, PKCE: "S256", Auth: "none", Refresh: "rotates",
			Icon:     integrations.Icon{Glyph: "▲", ASCII: "D", Colour: "#33aa88"},
			Redirect: integrations.Redirect{Class: integrations.RedirectAnyPort, Host: "127.0.0.1", Path: "/callback"},
			Scopes:   integrations.Scopes{Default: []string{"openid", "email", "notes"}},
			Lifetime: integrations.LifetimeFacts{Access: "90 s", Refresh: "5 h", Rotates: "always"},
		},
		Configured: true, Actions: 3, CanRevoke: true, CanIntrospect: true,
	}
}

// Redirects are the addresses to register.
func Redirects() map[string]string {
	return map[string]string{
		"google": "http://127.0.0.1/callback", "github": "http://127.0.0.1/callback", "gitlab": "http://127.0.0.1:53682/callback",
	}
}

// FlowRunner is a service of a folder, with an icon of its own.
func FlowRunner() connections.IntegrationView {
	return connections.IntegrationView{
		Info: integrations.Info{
			ID: "parcels", Name: "Parcels", Kind: integrations.KindFlowRunner, Origin: "/home/ada/services/parcels",
			Icon: integrations.Icon{Glyph: "P", ASCII: "P", Colour: "#c06030"},
			PKCE: "the service's own business", Auth: "the service's own business", Refresh: "unknown",
			Inputs:     []integrations.Input{{Name: "clientId", Label: "Client id", Required: true}, {Name: "clientSecret", Label: "Client secret", Required: true, Secret: true}},
			Redirect:   integrations.Redirect{Class: integrations.RedirectUnknown, Host: "127.0.0.1", Port: 53682, Path: "/callback"},
			Scopes:     integrations.Scopes{Never: true},
			RevokeNone: "FlowRunner services have no operation for it",
		},
		Configured: true, Actions: 12, HasPicture: true,
	}
}

// Picture is a disc of two colours on a transparent ground.
func Picture() integrations.Picture {
	const side = integrations.PictureSide
	var p integrations.Picture
	for i := range p {
		x, y := 2*(i%side)+1-side, 2*(i/side)+1-side // in half pixels from the middle
		switch {
		case x*x+y*y > side*side:
		case y < 0:
			p[i] = color.NRGBA{R: 0xc0, G: 0x60, B: 0x30, A: 0xff}
		default:
			p[i] = color.NRGBA{R: 0x30, G: 0x50, B: 0xc0, A: 0xff}
		}
	}
	return p
}
