package connections_test

import (
	"strings"
	"testing"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
)

// TestSameOrigin: what turns up in a folder of many under the id of an integration that is gone gets none of its tokens and settings.
func TestSameOrigin(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.info.Origin = "/home/user/example.yaml"
	b.put("work", 2*time.Hour, time.Hour)
	if _, _, err := b.Refresh(t.Context(), "work"); err != nil {
		t.Fatal(err)
	}
	b.p.info.Kind, b.p.info.Origin, b.p.info.Found = integrations.KindFlowRunner, "/home/user/services/example", true
	asked := len(b.p.asked)
	for name, use := range map[string]func() error{
		"refresh": func() error { _, _, err := b.Refresh(t.Context(), "work"); return err },
		"sign in again": func() error {
			_, err := b.Login(t.Context(), connections.LoginRequest{Connection: "work", Browser: "none"})
			return err
		},
		"a new sign-in": func() error {
			_, err := b.Login(t.Context(), connections.LoginRequest{Integration: "example", Browser: "none"})
			return err
		},
	} {
		err := use()
		if kindOf(t, err) != connections.KindConfiguration || !strings.Contains(err.Error(), "are of /home/user/example.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(b.p.asked) != asked || len(b.p.urls) != 0 {
		t.Error("the other one was asked")
	}
	b.p.info.Found = false // the user has named it
	if _, _, err := b.Refresh(t.Context(), "work"); err != nil {
		t.Errorf("one that the user named: %v", err)
	}
}
