package flowrunner

import (
	"testing"

	"authdeck/integrations/flowrunner/wire"
	"authdeck/oauthflow"
)

// The exchanges of one call hold at most maxRaw of bodies as they were; the others still show what may be shown.
func TestRecorder_HoldsABoundedAmount(t *testing.T) {
	x, err := (&oauthflow.Caller{}).Preview(t.Context(), oauthflow.APIRequest{Method: "POST", URL: "https://api.example/", Body: make([]byte, maxRaw/2)})
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	for range 3 {
		r.note(&wire.Request{Method: "POST", URL: x.URL}, x, oauthflow.ForeignAnswer{Status: 200}, nil)
	}
	for i, want := range []bool{true, true, false} {
		if e := r.came.exchanges[i]; e.Revealable() != want || e.RequestBody != x.RequestBody {
			t.Errorf("exchange %d: revealable %v, body %q", i+1, e.Revealable(), e.RequestBody)
		}
	}
}
