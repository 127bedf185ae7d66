package manifest_test

import (
	"reflect"
	"testing"

	"authdeck/integrations/manifest"
)

func TestFilesBeside(t *testing.T) {
	for page, want := range map[string][]manifest.Beside{
		"manifest: 1\nid: a\n": nil,
		"- a list\n":           nil,
		"{":                    nil,
		"authorize: {code: a.js}\ntoken:\n  code: lib/b.js\nrefresh: {code: a.js}\nactions:\n  x: {code: a.js}\n  y: {code: 'c.js#z'}\n  w: {request: {}}\nservice: svc\n": {
			{Path: "a.js", Methods: []string{"getOAuth2ConnectionURL", "refreshToken", "x"}, Line: 1},
			{Path: "lib/b.js", Methods: []string{"executeCallback"}, Line: 3},
			{Path: "c.js", Methods: []string{"z"}, Line: 7},
			{Path: "svc", Line: 9},
		},
	} {
		if got := manifest.FilesBeside([]byte(page)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q\n got %+v\nwant %+v", page, got, want)
		}
	}
}
