package rehearse

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"

	"authdeck/integrations"
	"authdeck/internal/secret"
)

// complete gives a made-up value to each item that has none, and returns their names. What a user set is taken as it is: the
// simulated provider looks at none of it.
func complete(cfg integrations.Config, inputs []integrations.Input) (full integrations.Config, madeUp []string, err error) {
	full = maps.Clone(cfg)
	if full == nil {
		full = integrations.Config{}
	}
	for _, in := range inputs {
		if v, ok := full[in.Name]; ok && !v.IsZero() || in.Default != "" {
			continue
		}
		value, err := fitting(in)
		if err != nil {
			return nil, nil, err
		}
		full[in.Name] = secret.New(value)
		madeUp = append(madeUp, in.Name)
	}
	return full, madeUp, nil
}

// fitting makes up a value by the item's type, and where that is text by what its name and its words say.
func fitting(in integrations.Input) (string, error) {
	words := strings.ToLower(in.Name + " " + in.Label)
	has := func(list ...string) bool {
		for _, w := range list {
			if strings.Contains(words, w) {
				return true
			}
		}
		return false
	}
	switch {
	case len(in.Options) > 0:
		return in.Options[0].Value, nil
	case in.Type == "bool":
		return "false", nil
	case has("private key", "privatekey", "private_key", "pem", "signing key"):
		return privateKey()
	case has("subdomain", "account name", "shop name", "tenant id", "tenantid", "client id", "clientid"):
		return "rehearsal-" + plainName(in.Name), nil
	case has("url", "uri", "endpoint", "address", "issuer") && !has("email", "mail address"):
		return "https://set-up.rehearsal.example", nil
	case has("domain", "hostname", "host name") || strings.ToLower(in.Name) == "host":
		return "set-up.rehearsal.example", nil
	case has("email", "e-mail"):
		return identityMail, nil
	case has("port"):
		return "443", nil
	}
	return "rehearsal-" + plainName(in.Name), nil
}

// plainName keeps what may stand in any address.
func plainName(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return -1
	}, s)
}

// privateKey is a real one that nobody else has.
func privateKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", fmt.Errorf("make up a private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})), nil
}
