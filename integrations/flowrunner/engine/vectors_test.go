package engine

import (
	"encoding/json"
	"errors"
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
	if len(vectors) < 600 {
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
	const chunk = 40 // of one engine: making one for each would be most of the time
	for first := 0; first < len(vectors); first += chunk {
		part := vectors[first:min(first+chunk, len(vectors))]
		t.Run(strconv.Itoa(first), func(t *testing.T) {
			t.Parallel()
			files := []string{Entry, "class S { m(name) { return require(name)() } }\nFlowrunner.ServerCode.addService(S, [])"}
			for i, v := range part {
				files = append(files, "src/v"+strconv.Itoa(i)+".js", head+`module.exports = async () => {
					try {
						const v = await (async () => { return (`+v.JS+`) })();
						return { json: JSON.stringify(v === undefined ? null : v) || 'null' };
					} catch (e) {
						return { error: e.name, code: typeof e.code === 'string' ? e.code : undefined, message: e.message };
					}
				}`)
			}
			e := newEngine(t, nil, files...)
			if err := e.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i, v := range part {
				t.Run(strconv.Itoa(first+i)+" "+v.JS, func(t *testing.T) {
					got, err := e.Call(t.Context(), Call{Method: "m", Args: []json.RawMessage{json.RawMessage(`"./v` + strconv.Itoa(i) + `.js"`)}})
					var answer vector
					var thrown *Failure
					switch {
					case errors.As(err, &thrown): // it does not even parse
						answer = vector{Error: thrown.Name, Code: thrown.Code, Message: thrown.Message}
					case err != nil:
						t.Fatal(err)
					default:
						if err := json.Unmarshal([]byte(got), &answer); err != nil {
							t.Fatal(err)
						}
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
		})
	}
}
