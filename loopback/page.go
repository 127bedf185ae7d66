package loopback

import (
	"io"
	"net/http"
	"strconv"
)

// donePath is where the browser ends: an address without a code in it (B7).
const donePath = "/done"

// style is the only thing a page may load, named by its hash in the policy.
const style = `:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--line:#d5d9e0;--text:#1b1f27;--soft:#4a5262;--good:#0b6b3a;--bad:#a3211c}
@media(prefers-color-scheme:dark){:root{--back:#14171c;--card:#1d2128;--line:#363c47;--text:#eef1f5;--soft:#b4bcc9;--good:#6fd79c;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:31rem;width:100%;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.3}
p{margin:0;color:var(--soft)}
.mark{display:block;margin:0 0 .75rem;font-size:2rem;line-height:1}
.good{color:var(--good)}
.bad{color:var(--bad)}`

const (
	head = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><style>` +
		style + `</style><title>`
	body = ` - authdeck</title></head><body><main>`
	tail = "</main></body></html>\n"

	connectedPage = head + `Connected` + body +
		`<span class="mark good" aria-hidden="true">&#10003;</span><h1>Connected, you can close this tab</h1><p>authdeck has the answer and goes on from here.</p>` + tail
	failedPage = head + `Not connected` + body +
		`<span class="mark bad" aria-hidden="true">&#10007;</span><h1>Sign-in did not finish; look at authdeck</h1><p>It says there what happened and what to do next.</p>` + tail
	refusedPage = head + `Nothing here` + body +
		`<h1>Nothing here</h1><p>This address takes one sign-in answer for authdeck, and nothing else.</p>` + tail
)

// styleHash is the base64 SHA-256 of style.
const styleHash = "3j4VfQQlq7281mPfmfdfG1le8Kg74l5fFC2+oZ1xUdg="

const policy = "default-src 'none'; style-src 'sha256-" + styleHash +
	"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// harden sets what every answer carries, whatever it is (N5).
func harden(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h["Date"] = nil // equal requests get equal bytes
}

func show(w http.ResponseWriter, status int, page string) {
	harden(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page) // the peer may have gone
}

// refuse is the one answer to everything that is not this login's.
func refuse(w http.ResponseWriter) { show(w, http.StatusBadRequest, refusedPage) }
