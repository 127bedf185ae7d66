package integrations

// Kind says where an integration comes from, as `integrations list` prints it.
type Kind string

// The kinds.
const (
	KindBuiltIn    Kind = "built in"
	KindManifest   Kind = "manifest"
	KindFlowRunner Kind = "FlowRunner"
	KindDiscovered Kind = "discovered"
	KindDemo       Kind = "demo"
)

// Info describes an integration. Its texts may be foreign (a user's manifest): safetext stands between them and a screen.
type Info struct {
	ID, Name   string
	Icon       Icon
	Kind       Kind
	Origin     string // file or URL it comes from, "" for built in
	Broken     string // why it cannot be used, with file:line; "" if it can
	Mistake    string // why not what was saved is in force but the last good version, with file:line; "" if it is
	Categories []string
	Notes      []string
	Docs       string
	Console    string   // page where a client is made; may hold templates of inputs already replaced
	Setup      []string // numbered steps for a person, made or written
	Written    []string // those of Setup that the manifest wrote itself, for who makes the others out of Console, Redirect and Inputs
	After      []string // the same, for those that come once the redirect address is registered; Written come before
	ClientType string   // which client type to choose in the console, "" if there is no choice
	Inputs     []Input
	// ItemsUnknown: Inputs are made by code and known once it was opened ([Opener]).
	ItemsUnknown bool
	// Found: it lies in a folder of many, and nobody named it: it takes no id that is in use.
	Found bool
	// OwnClient: the user makes a client and registers the redirect address, and Inputs name it in words of their own.
	OwnClient bool
	// NoSignIn: nothing is signed in to; actions run on the integration itself.
	NoSignIn   bool
	NeedsID    bool // a client id is needed before a login
	Register   bool // a client can be registered by RFC 7591
	Redirect   Redirect
	Scopes     Scopes
	Lifetime   LifetimeFacts
	PKCE       string // "S256", "required" or "none"
	Auth       string // client authentication at the token endpoint
	Refresh    string // "rotates", "kept", "none", "unknown"
	RevokeNone string // why there is no revocation, "" if there is or nobody knows
	RevokePage string // where it is done by hand
	Siblings   string // what else may die with a revocation
	Evidence   map[string][]string
	Unverified []string
	Conflicts  []string
	Facts      string // month the facts were read in, "2026-11"
}

// Icon is one cell wide.
type Icon struct {
	Glyph, ASCII, Colour string // Colour is #rrggbb
	Light                string // Colour on a light background, "" if it is the same
}

// Input is a config item.
type Input struct {
	Name, Label, Hint, Example, Type string
	Options                          []Option
	Default                          string
	Required, Secret                 bool
	Prefix, Suffix, Pattern          string
}

// Option is one choice of an input of type choice.
type Option struct{ Value, Label string }

// RedirectClass is how the provider compares the redirect address; reference/manifests.md §4.
type RedirectClass string

// The classes.
const (
	RedirectAnyPort     RedirectClass = "any_port"
	RedirectLoopback    RedirectClass = "loopback"
	RedirectLocalhost   RedirectClass = "localhost_only"
	RedirectIPOnly      RedirectClass = "ip_only"
	RedirectDevOnly     RedirectClass = "dev_only"
	RedirectConditional RedirectClass = "conditional"
	RedirectHTTPSOnly   RedirectClass = "https_only"
	RedirectTenant      RedirectClass = "tenant"
	RedirectUnknown     RedirectClass = "unknown"
)

// DefaultPort is the fixed port where a provider compares the redirect address exactly.
const DefaultPort = 53682

// Redirect says where the callback server has to listen.
type Redirect struct {
	Class RedirectClass
	Host  string // "127.0.0.1" or "localhost"
	Port  int    // 0: ephemeral (any_port), else fixed
	Path  string // "/callback"
	Note  string
	// Unregistered: the provider keeps no list of addresses, so nothing is to be registered there.
	Unregistered bool
}

// Scopes says what is asked for.
type Scopes struct {
	Default []string
	Never   bool              // fixed in the console: none are sent
	Meaning map[string]string // scope → words
}

// LifetimeFacts are what the documents say, in words ready to show; what an answer says always wins.
type LifetimeFacts struct {
	Access, Refresh, Rotates string
	Cases, Limits            []string
}
