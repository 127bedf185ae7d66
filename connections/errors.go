package connections

// Kind is the stable word of an error, as in {"error":{"code":…}}; cmd maps it to the exit code.
type Kind string

// The kinds.
const (
	KindFailed        Kind = "failed"         // exit 1
	KindConfiguration Kind = "configuration"  // exit 1
	KindNameTaken     Kind = "name_taken"     // exit 1
	KindOtherAccount  Kind = "other_account"  // exit 1
	KindPortBusy      Kind = "port_busy"      // exit 1
	KindUsage         Kind = "usage"          // exit 2
	KindUnsupported   Kind = "unsupported"    // exit 2: this flow is not built yet, or the integration has no such thing
	KindNotFound      Kind = "not_found"      // exit 3
	KindSignIn        Kind = "sign_in_needed" // exit 4
	KindTransient     Kind = "transient"      // exit 5
	KindStore         Kind = "store"          // exit 6
	KindAction        Kind = "action_failed"  // exit 7
	KindCanceled      Kind = "canceled"       // exit 1
)

// Error is every error of this package: one safe line, and what to do next.
type Error struct {
	Kind    Kind
	Message string
	Hint    string
	Err     error
	// Fields are the parameters that broke a rule, of a KindUsage of a run.
	Fields []FieldError
	// MissingScopes are what a 403 is about, as far as it is known: `login CONN --scope S` asks for them.
	MissingScopes []string
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
