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
	Paged       bool            `json:"-"` // its answer may come in pages ([ActionResult].Next)
	SampleFrom  string          `json:"-"` // the hidden action that makes a sample result; it may call the provider
	SampleNeeds []string        `json:"-"` // the parameters whose values it is told
	// Reads gives a parameter that a schema loader told its Text; nil: by its type. It is of the loader.
	Reads func(Param) Param `json:"-"`
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
	Fields      string   `json:"fields,omitempty"`  // the hidden action that makes the fields of an Object
	Members     []Param  `json:"members,omitempty"` // the fields of an Object, or of each element of an Array<Object>, where they are known
	// Min, Max and Step are of a number, "" if there is none.
	Min      json.Number `json:"min,omitempty"`
	Max      json.Number `json:"max,omitempty"`
	Step     json.Number `json:"step,omitempty"`
	Language string      `json:"language,omitempty"` // of code
	Multiple bool        `json:"multiple,omitempty"` // several of the choices; the value is an array
	Freeform bool        `json:"freeform,omitempty"` // other text than the choices is allowed; of an Object, any keys
	// Text makes a value of what a person typed; nil: by Type. ok is false for a text that is none; a nil value with ok is absent.
	Text func(text string) (value any, ok bool) `json:"-"`
}

// ActionRequest runs one action.
type ActionRequest struct {
	Config Config
	Kept   Kept
	Action string
	Params map[string]any
	Page   string // Next of the page before; "" is the first
	DryRun bool   // build the requests, send none; they come back as exchanges with status 0
}

// ActionResult is what came of it.
type ActionResult struct {
	Console   []string        // lines that the action printed, safe to show
	Result    json.RawMessage // JSON; text answers as a JSON string
	Duration  time.Duration
	Exchanges []oauthflow.Exchange
	Next      string // what asks for the following page, "" after the last
	// Body is the answer as it came where it is neither JSON nor text; Result then describes it. BodyType is its media type.
	Body     []byte
	BodyType string
}

// ActionError is the provider's error answer to an action.
type ActionError struct {
	Status       int
	Message      string // safe, one line
	Unauthorized bool
	RetryAfter   time.Duration
	Scopes       []string // that a 403 names as missing, nil if it names none
}

func (e *ActionError) Error() string { return e.Message }

// Requester makes calls of the user's own with the token of a connection.
type Requester interface {
	// APIHosts are the hosts (with a port, if it is not the scheme's) where the token may go; nil if the integration does not know.
	APIHosts(cfg Config) []string
	// Request makes one call, to one of r.Hosts unless r.AnyHost. An answer of any status is a result, not an error: its
	// exchange has the status. The token goes where the integration's own calls have it.
	Request(ctx context.Context, r OwnRequest) (ActionResult, error)
}

// OwnRequest is a call of the user's own.
type OwnRequest struct {
	Config  Config
	Kept    Kept
	Method  string
	URL     string      // a path alone starts where the integration's relative addresses do
	Header  [][2]string // the user's own; they win
	Body    []byte
	Hosts   []string // where the token may go
	AnyHost bool     // anywhere: the user said so
	DryRun  bool
}
