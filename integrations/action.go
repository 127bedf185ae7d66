package integrations

import (
	"context"
	"encoding/json"
	"time"

	"authdeck/oauthflow"
)

// ActionRunner has actions that run against a live token.
type ActionRunner interface {
	Actions() []Action
	// RunAction sends the action's requests. An answer that the action counts as an error is an [*ActionError]; the
	// exchanges are returned in both cases. A 401 is an ActionError with Unauthorized set: the caller refreshes and replays.
	RunAction(ctx context.Context, r ActionRequest) (ActionResult, error)
}

// Counter knows the number of its actions without reading them.
type Counter interface{ ActionCount() int }

// Hider has actions that are run by name and not listed: dictionaries, and what makes fields or samples.
type Hider interface {
	// HiddenAction finds one; ok is false if there is none of that name.
	HiddenAction(name string) (Action, bool)
}

// Action is an operation of an integration; the shape of params is FlowRunner's paramDefs (`actions --json`).
type Action struct {
	Name        string          `json:"name"`
	Label       string          `json:"label"`
	Description string          `json:"description"`
	Category    string          `json:"category"`
	Params      []Param         `json:"params"`
	Sample      json.RawMessage `json:"sample_result"`
	Scopes      []string        `json:"-"`
	Destructive bool            `json:"-"`
	SignIn      bool            `json:"-"` // needs a connection
	Timeout     time.Duration   `json:"-"` // 0: the runner's own
}

// Param is one parameter of an action.
type Param struct {
	Name        string   `json:"name"`
	Label       string   `json:"label"`
	Description string   `json:"description,omitempty"`
	Type        string   `json:"type"` // String, Number, Boolean, Object, Date, Array, Array<String>, …
	Required    bool     `json:"required"`
	Default     any      `json:"default,omitempty"`
	Options     []any    `json:"options,omitempty"`
	Widget      string   `json:"widget,omitempty"`
	Dictionary  string   `json:"dictionary,omitempty"`
	DependsOn   []string `json:"depends_on,omitempty"`
	Fields      string   `json:"fields,omitempty"` // the hidden action that makes the fields of an Object
	// Text makes a value of what a person typed; nil: by Type. ok is false for a text that is none; a nil value with ok is absent.
	Text func(text string) (value any, ok bool) `json:"-"`
}

// ActionRequest runs one action.
type ActionRequest struct {
	Config Config
	Kept   Kept
	Action string
	Params map[string]any
	DryRun bool // build the requests, send none; they come back as exchanges with status 0
}

// ActionResult is what came of it.
type ActionResult struct {
	Console   []string        // lines that the action printed, safe to show
	Result    json.RawMessage // JSON; text answers as a JSON string
	Duration  time.Duration
	Exchanges []oauthflow.Exchange
}

// ActionError is the provider's error answer to an action.
type ActionError struct {
	Status       int
	Message      string // safe, one line
	Unauthorized bool
	RetryAfter   time.Duration
}

func (e *ActionError) Error() string { return e.Message }
