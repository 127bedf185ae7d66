//go:build unix

package oauthflow_test

import (
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authdeck/oauthflow"
)

// What a shell makes of the line is the request, once the variables are set.
func TestCurl_InAShell(t *testing.T) {
	tricky := sentinel + `/+= "$(id)` + "`id`" + `\ é!'`
	for name, r := range map[string]oauthflow.APIRequest{
		"headers": {URL: "https://x.example/a", Header: http.Header{"Authorization": {"Bearer " + tricky}, "X-Odd": {`it's "$HOME" ` + "`id` !! \\ é " + tricky + "z"}, "Accept": {"*/*"}}},
		"address": {URL: "https://x.example/a;b%20c/'(!)*?q=%24HOME&access_token=" + sentinel + "&r=~$x"},
		"JSON":    {Method: "POST", URL: "https://x.example/", Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte("{\n\t\"token\": " + toJSON(t, tricky) + ",\n\t\"a\": \"!'$x`\\\\\"\n}")},
		"form":    {Method: "POST", URL: "https://x.example/", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("a='%21&code=" + sentinel + "&b=!")},
		"text":    {Method: "DELETE", URL: "https://x.example/", Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("@file \"" + tricky + "\"\n$(id)")},
	} {
		t.Run(name, func(t *testing.T) {
			r.Secrets = []secretString{secretOf(tricky), secretOf(sentinel)}
			x, err := caller(t).Preview(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			line, variables := x.Curl()
			if strings.Contains(line, sentinel) || len(variables) == 0 {
				t.Errorf("%d variables in %s", len(variables), line)
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", `curl() { for a; do printf '%s\0' "$a"; done; }; `+line)
			cmd.Env = os.Environ()
			for _, v := range variables {
				cmd.Env = append(cmd.Env, v.Name+"="+v.Value.Reveal())
			}
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
			if !slices.Contains(got, r.URL) {
				t.Errorf("no %s in %q", r.URL, got)
			}
			if i := slices.Index(got, "--data-raw"); len(r.Body) > 0 && (i < 0 || cmp.Diff(string(r.Body), got[i+1]) != "") {
				t.Errorf("the body is not %q in %q", r.Body, got)
			}
			for name, values := range r.Header {
				if !slices.Contains(got, name+": "+values[0]) {
					t.Errorf("no header %s: %q in %q", name, values[0], got)
				}
			}
		})
	}
}
