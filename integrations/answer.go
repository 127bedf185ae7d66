package integrations

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// MaxAnswer is the largest answer of an action or a call of the user's own that is read, in bytes.
const MaxAnswer = 64 << 20

// Call makes a call whose answer may be large, or with dry previews it; exchange and time go into out. The answer is left
// unread. One above [MaxAnswer] is an error that names the limit, found by [oauthflow.ErrAnswerTooLarge].
func Call(ctx context.Context, c *oauthflow.Caller, req oauthflow.APIRequest, dry bool, out *ActionResult) (oauthflow.Answer, error) {
	req.MaxAnswer, req.Unread = MaxAnswer, true
	if dry {
		e, err := c.Preview(ctx, req)
		if err == nil {
			out.Exchanges = append(out.Exchanges, e)
		}
		return oauthflow.Answer{}, err
	}
	answer, err := c.Observing(func(e oauthflow.Exchange) {
		out.Exchanges = append(out.Exchanges, e)
		out.Duration += e.Duration
	}).SendAPI(ctx, req)
	if errors.Is(err, oauthflow.ErrAnswerTooLarge) {
		return answer, fmt.Errorf("the answer is larger than %d MiB, the limit of an action: %w", MaxAnswer>>20, oauthflow.ErrAnswerTooLarge)
	}
	return answer, err
}

// ReadAnswer makes the result of an answer: JSON as it came, text as a JSON string, and anything else as Body with its type.
// The content decides; what the header says of it may be wrong.
func ReadAnswer(a oauthflow.Answer, out *ActionResult) error {
	body := TrimAnswer(a.Body)
	var err error
	switch {
	case len(body) == 0:
		out.Result = json.RawMessage("null")
	case json.Valid(body):
		out.Result = body
	case utf8.Valid(a.Body) && bytes.IndexByte(a.Body, 0) < 0:
		out.Result, err = json.Marshal(string(a.Body))
	default:
		out.Body, out.BodyType = a.Body, mediaType(a)
		out.Result, err = json.Marshal(fmt.Sprintf("(%d bytes of %s)", len(out.Body), out.BodyType))
	}
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// TrimAnswer is a body without byte order mark and blanks around it.
func TrimAnswer(body []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff"))) }

// mediaType is that of a body which is neither JSON nor text; a header that says it is one of these is not believed.
func mediaType(a oauthflow.Answer) string {
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err == nil && kind != "" && !strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "json") {
		return safetext.Line(kind, 60)
	}
	kind, _, _ = strings.Cut(http.DetectContentType(a.Body), ";")
	if strings.HasPrefix(kind, "text/") {
		return "application/octet-stream"
	}
	return kind
}
