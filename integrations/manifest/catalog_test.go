package manifest

import (
	"testing"

	"authdeck/integrations"
	"authdeck/oauthflow"
)

func TestBuiltInManifestsLoad(t *testing.T) {
	list, err := BuiltIn(&oauthflow.Caller{}).Integrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"google": true, "github": true, "github-app": true, "gitlab": true}
	for _, i := range list {
		info := i.Info()
		if !want[info.ID] {
			t.Errorf("unexpected built-in integration %q", info.ID)
		}
		delete(want, info.ID)
		if !(builtIn{}).May(info.ID) {
			t.Errorf("%s is not found by its file's name", info.ID)
		}
		if info.Kind != integrations.KindBuiltIn || info.Console == "" || len(info.Setup) < 3 || info.Facts == "" {
			t.Errorf("%s: kind %q, console %q, %d steps, facts %q", info.ID, info.Kind, info.Console, len(info.Setup), info.Facts)
		}
		t.Logf("%s %q", info.ID, info.Setup)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	for _, id := range []string{"acme", "", "../catalog/github", "git*"} {
		if (builtIn{}).May(id) {
			t.Errorf("%q is no built-in one", id)
		}
	}
}
