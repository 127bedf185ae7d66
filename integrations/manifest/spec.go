package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"authdeck/integrations/manifest/template"
)

// spec is a page that was checked, as the operations read it. Its members follow the schema; what a page leaves out is
// zero.
type spec struct {
	ID         string                       `json:"id"`
	Name       string                       `json:"name"`
	Icon       iconSpec                     `json:"icon"`
	Categories []string                     `json:"categories"`
	Notes      []string                     `json:"notes"`
	Docs       *tmpl                        `json:"docs"`
	Console    *tmpl                        `json:"console"`
	Setup      setupSpec                    `json:"setup"`
	Inputs     ordered[inputSpec]           `json:"inputs"`
	Client     clientSpec                   `json:"client"`
	Issuer     *tmpl                        `json:"issuer"`
	Register   *registerSpec                `json:"register"`
	Authorize  authorizeSpec                `json:"authorize"`
	Token      phaseSpec                    `json:"token"`
	Refresh    refreshSpec                  `json:"refresh"`
	PKCE       string                       `json:"pkce"`
	Identity   *identitySpec                `json:"identity"`
	Revoke     oneOrMore[revokeSpec]        `json:"revoke"`
	Introspect *introspectSpec              `json:"introspect"`
	Scopes     scopesSpec                   `json:"scopes"`
	Redirect   redirectSpec                 `json:"redirect"`
	Lifetime   lifetimeSpec                 `json:"lifetime"`
	API        apiSpec                      `json:"api"`
	Actions    ordered[actionSpec]          `json:"actions"`
	Dicts      map[string]dictSpec          `json:"dictionaries"`
	Service    string                       `json:"service"`
	Evidence   map[string]oneOrMore[string] `json:"evidence"`
	Unverified []string                     `json:"unverified"`
	Conflicts  []string                     `json:"conflicts"`
	Facts      string                       `json:"facts"`
	Discovered bool                         `json:"discovered"`
}

// setupSpec are the page's own steps, before and after the redirect address is registered.
type setupSpec struct{ Before, After []tmpl }

func (s *setupSpec) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return json.Unmarshal(b, &s.Before)
	}
	type sides setupSpec
	return json.Unmarshal(b, (*sides)(s))
}

type iconSpec struct{ Glyph, ASCII, Colour string }

type inputSpec struct {
	Label, Hint, Example, Type string
	Options                    []optionSpec
	Default                    *constant
	Required, Secret           *bool
	Prefix, Suffix, Pattern    string
}

type clientSpec struct{ Needs, ID, Type string }

type registerSpec struct{ URL *tmpl }

type authorizeSpec struct {
	URL         *tmpl                `json:"url"`
	Code        string               `json:"code"`
	Params      map[string]valueTmpl `json:"params"`
	ParamsAgain map[string]valueTmpl `json:"params_again"`
	ParamsOther map[string]valueTmpl `json:"params_other"`
	Hint        string               `json:"hint"`
	Drop        []string             `json:"drop"`
	Rename      map[string]string    `json:"rename"`
	DropEmpty   bool                 `json:"drop_empty"`
}

// phaseSpec is a protocol call (§5.3).
type phaseSpec struct {
	URL      *tmpl                `json:"url"`
	Code     string               `json:"code"`
	Method   string               `json:"method"`
	Auth     string               `json:"auth"`
	In       string               `json:"in"`
	Body     string               `json:"body"`
	Params   map[string]valueTmpl `json:"params"`
	Drop     []string             `json:"drop"`
	Rename   map[string]string    `json:"rename"`
	Headers  map[string]tmpl      `json:"headers"`
	Response *responseSpec        `json:"response"`
}

type refreshSpec struct {
	phaseSpec
	Strategy string `json:"strategy"`
	Needs    struct{ Param, Scope string }
}

type responseSpec struct {
	Root           string                `json:"root"`
	AccessToken    string                `json:"access_token"`
	RefreshToken   string                `json:"refresh_token"`
	IDToken        string                `json:"id_token"`
	TokenType      string                `json:"token_type"`
	OKWhen         *conditionSpec        `json:"ok_when"`
	Error          errorSpec             `json:"error"`
	Expires        oneOrMore[expirySpec] `json:"expires"`
	RefreshExpires oneOrMore[expirySpec] `json:"refresh_expires"`
	Scope          struct{ Path, Separator string }
}

type errorSpec struct {
	Code, Text string
	As         map[string]string
}

type conditionSpec struct {
	Path    string
	Is, Not *constant
	In      []constant
	Present *bool
	Matches string
}

type expirySpec struct {
	Path string
	As   string
	Else string
}

type identitySpec struct {
	Request                         *requestSpec
	From                            string
	Name, Email, ID, Image, Account *pickTmpl
}

// requestSpec is a free call.
type requestSpec struct {
	Method  string
	URL     *tmpl
	Auth    string
	Query   map[string]valueTmpl
	Headers map[string]tmpl
	Form    map[string]valueTmpl
	JSON    *valueTmpl
	Text    *tmpl
}

type revokeSpec struct {
	phaseSpec
	Token    string `json:"token"`
	Kills    string `json:"kills"`
	OK       []int  `json:"ok"`
	Siblings string `json:"siblings"`
	Page     *tmpl  `json:"page"`
	None     string `json:"none"`
}

type introspectSpec struct {
	phaseSpec
	Active   *conditionSpec `json:"active"`
	Inactive []int          `json:"inactive"`
	Token    string         `json:"token"`
	None     string         `json:"none"`
}

type scopesSpec struct {
	Default     []string
	Separator   string
	Send        string
	GrantedFrom string `json:"granted_from"`
	List        ordered[meaning]
}

type redirectSpec struct {
	Class, Host, Path, Note string
	Port                    int
	Register                *bool
}

type lifetimeSpec struct {
	Access      lifeSpan
	Refresh     refreshLife
	Rotates     string
	Grace, Code duration
	Cases       []struct {
		When            string
		Access, Refresh lifeSpan
	}
	Limits []string
}

type refreshLife struct {
	Idle, Absolute lifeSpan
	Uses           string
}

type apiSpec struct {
	BaseURL *tmpl `json:"base_url"`
	Hosts   []tmpl
	Token   struct{ Header, Scheme *string }
	Headers map[string]tmpl
	Params  map[string]valueTmpl
	Paging  *pagingSpec
}

type actionSpec struct {
	Label, Description, Category string
	Params                       []paramSpec
	Request                      requestSpec
	Code                         string
	Response                     struct {
		Root   string
		OKWhen *conditionSpec `json:"ok_when"`
		Error  errorSpec
	}
	Scopes      []string
	Sample      json.RawMessage
	Destructive bool
	Timeout     duration
	SignIn      *bool
	Paging      pagingOrTrue
}

// dictSpec lists choices, or with Params further parameters.
type dictSpec struct {
	Request                           requestSpec
	OKWhen                            *conditionSpec `json:"ok_when"`
	Items, Value, Label, Note, Cursor string
	Params                            *string
	Scopes                            []string
	SignIn                            *bool
}

// pagingSpec says how a list goes on.
type pagingSpec struct {
	Kind, Param, Next, More, Items, Total string
	SizeParam                             string `json:"size_param"`
	Size                                  int
	First                                 *int
}

// pagingOrTrue is a paging of the action's own, or that of the api.
type pagingOrTrue struct {
	own *pagingSpec
	api bool
}

func (p *pagingOrTrue) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		return json.Unmarshal(b, &p.own)
	}
	return json.Unmarshal(b, &p.api)
}

type paramSpec struct {
	Name, Label, Description, Type string
	Required                       bool
	DefaultValue                   any
	UIComponent                    struct {
		Type, Language string
		Min, Max, Step json.Number
	}
	Options                  struct{ Values []any }
	Dictionary, SchemaLoader string
	DependsOn                []string
	Freeform                 bool
}

// decode makes the spec of a checked tree.
func decode(root *node) (*spec, error) {
	var b bytes.Buffer
	root.json(&b)
	s := &spec{}
	d := json.NewDecoder(&b)
	d.UseNumber()
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("read the checked page: %w", err)
	}
	return s, nil
}

// tmpl is text with templates.
type tmpl struct{ *template.Template }

func (t *tmpl) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	c, err := template.Compile(s)
	t.Template = c
	return err
}
