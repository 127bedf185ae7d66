package annotation

import "encoding/json"

// Service is what the text of a service says. It crosses from the listing worker as JSON.
type Service struct {
	Class        string             `json:"class"`
	Name         string             `json:"name,omitempty"` // @integrationName
	Icon         string             `json:"icon,omitempty"` // @integrationIcon: a path below public/
	Description  string             `json:"description,omitempty"`
	RequireOAuth bool               `json:"require_oauth,omitempty"`
	UsesFiles    bool               `json:"uses_files,omitempty"`
	Colours      []string           `json:"colours,omitempty"` // dark theme, light theme
	Methods      []Method           `json:"methods"`
	Types        map[string]Typedef `json:"types,omitempty"`
	Items        []Item             `json:"items"`
	ItemsKnown   bool               `json:"items_known"` // false: they are made by code, and are known once it ran
	Files        []string           `json:"files"`       // all that were read, relative to the folder, with slashes
	Problems     []Problem          `json:"problems,omitempty"`
}

// Kind is what a method is registered as; "" is an action if it has an operation name.
type Kind string

// The kinds of @registerAs.
const (
	Dictionary   Kind = "DICTIONARY"
	System       Kind = "SYSTEM"
	Polling      Kind = "POLLING_TRIGGER"
	Realtime     Kind = "REALTIME_TRIGGER"
	SchemaLoader Kind = "PARAM_SCHEMA_DEFINITION"
	SampleLoader Kind = "SAMPLE_RESULT_LOADER"
)

// Method is an annotated method of the class.
type Method struct {
	Name        string          `json:"name"`
	Operation   string          `json:"operation,omitempty"` // @operationName
	Named       bool            `json:"named,omitempty"`     // the tag is there, even if empty
	Kind        Kind            `json:"kind,omitempty"`
	Private     bool            `json:"private,omitempty"`
	Description string          `json:"description,omitempty"`
	Category    string          `json:"category,omitempty"`
	Route       string          `json:"route,omitempty"`
	Params      []Param         `json:"params,omitempty"`
	Sample      json.RawMessage `json:"sample,omitempty"`      // @sampleResult, if it is JSON
	SampleText  string          `json:"sample_text,omitempty"` // and if it is not
	SampleFrom  *Loader         `json:"sample_from,omitempty"`
	Timeout     int             `json:"timeout,omitempty"` // seconds, 0: the host's default
	Scopes      [][]string      `json:"scopes,omitempty"`  // each inner list: any of them suffices
	Colours     []string        `json:"colours,omitempty"`
	File        string          `json:"file"`
	Line        int             `json:"line"` // of the method's name
}

// Action reports whether a user may run the method by name from the list of actions (§2.3).
func (m Method) Action() bool { return m.Named && m.Kind == "" && !m.Private }

// Loader is a method that makes something at run time, with the parameters whose values it needs.
type Loader struct {
	Method    string   `json:"methodName"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// Param is a paramDef (§2.4).
type Param struct {
	Name         string     `json:"name"`
	Type         string     `json:"type,omitempty"`
	Label        string     `json:"label,omitempty"`
	Description  string     `json:"description,omitempty"`
	Required     bool       `json:"required,omitempty"`
	Component    *Component `json:"uiComponent,omitempty"`
	Dictionary   string     `json:"dictionary,omitempty"`
	DependsOn    []string   `json:"dependsOn,omitempty"`
	Default      any        `json:"defaultValue,omitempty"`
	SchemaLoader string     `json:"schemaLoader,omitempty"`
	Freeform     bool       `json:"freeform,omitempty"`
	Include      []string   `json:"include,omitempty"`
}

// Component is the widget of a parameter.
type Component struct {
	Type     string           `json:"type"`
	Options  ComponentOptions `json:"options,omitzero"`
	Language string           `json:"language,omitempty"`
	Min      *float64         `json:"min,omitempty"`
	Max      *float64         `json:"max,omitempty"`
	Step     *float64         `json:"step,omitempty"`
}

// ComponentOptions are the choices of a widget.
type ComponentOptions struct {
	Values   []Choice `json:"values,omitempty"`
	Multiple bool     `json:"multiple,omitempty"`
}

// Choice is one entry of a drop-down: what is shown, and what is handed over.
type Choice struct {
	Label string `json:"label"`
	Value any    `json:"value"`
}

// Typedef is a named type and its members (§2.5).
type Typedef struct {
	Name    string   `json:"name"`
	Members []Member `json:"members"`
}

// Member is one property of a typedef; dotted names describe inner members.
type Member struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
	Optional    bool   `json:"optional,omitempty"`
	Param       *Param `json:"param,omitempty"` // where it was told by a paramDef
}

// Item is a config item (§1.3). An item with options is a CHOICE whatever its type says.
type Item struct {
	Name        string   `json:"name"`
	DisplayName string   `json:"displayName,omitempty"`
	Type        string   `json:"type,omitempty"` // STRING, BOOL, DATE, CHOICE, TEXT
	Required    bool     `json:"required,omitempty"`
	Shared      bool     `json:"shared,omitempty"`
	Hint        string   `json:"hint,omitempty"`
	Default     any      `json:"defaultValue,omitempty"`
	Options     []string `json:"options,omitempty"`
}

// Problem is something lint tells of.
type Problem struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Error bool   `json:"error"` // else a warning
	Text  string `json:"text"`
}
