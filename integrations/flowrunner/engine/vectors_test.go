package engine

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
)

// vector is what Node answered: JSON, or an error by class, and by code and message where Node gives a code.
type vector struct {
	JS, JSON             string
	Error, Code, Message string
}

// TestVectors holds the environment against what Node answers, byte for byte. testdata/vectors.mjs made the answers.
func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 250 {
		t.Fatalf("%d vectors", len(vectors))
	}
	read := func(name string) string {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.Quote(string(b))
	}
	head := "const KEY = " + read("test-pkcs8.pem") + ", PKCS1 = " + read("test-pkcs1.pem") + ";\n" +
		"const MULTIPART = (f) => f.getBuffer().toString().replaceAll(f.getBoundary(), 'BOUNDARY');\n"
	for i, v := range vectors {
		t.Run(strconv.Itoa(i)+" "+v.JS, func(t *testing.T) {
			t.Parallel()
			got := eval(t, nil, head+`
				try {
					const v = await (async () => { return (`+v.JS+`) })();
					return { json: JSON.stringify(v === undefined ? null : v) || 'null' };
				} catch (e) {
					return { error: e.name, code: typeof e.code === 'string' ? e.code : undefined, message: e.message };
				}`)
			var answer vector
			if err := json.Unmarshal([]byte(got), &answer); err != nil {
				t.Fatal(err)
			}
			answer.JS = v.JS
			if v.Message == "" {
				answer.Message, answer.Code = "", ""
			}
			if answer != v {
				t.Errorf("\n got %+v\nwant %+v", answer, v)
			}
		})
	}
}
