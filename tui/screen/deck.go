package screen

import (
	"context"
	"encoding/json"
	"time"

	"authdeck/connections"
	"authdeck/integrations"
	"authdeck/store"
)

// Row is a connection as the list has it.
type Row = connections.View

// Deck is what the UI needs of connections; [connections.Service] by way of the adapter in tui.
type Deck interface {
	List(ctx context.Context) ([]Row, error)
	Show(ctx context.Context, ref string) (connections.Detail, error)
	Changes(ctx context.Context) (<-chan struct{}, error)
	History(ctx context.Context, ref string) ([]store.Event, error)
	Rename(ctx context.Context, ref, name string) error
	Remove(ctx context.Context, ref string) error
	Refresh(ctx context.Context, ref string) (connections.Detail, connections.Outcome, error)
	Revoke(ctx context.Context, ref string) (connections.Revocation, error)
	Siblings(ctx context.Context, ref string) ([]string, error)
	Inspect(ctx context.Context, ref string) (connections.Inspection, error)
	Actions(ctx context.Context, ref string) ([]integrations.Action, error)
	Run(ctx context.Context, r connections.RunRequest) (connections.RunResult, error)
	AllActions(ctx context.Context) ([]connections.FoundAction, error)
	Choices(ctx context.Context, r connections.ChoicesRequest) (connections.Choices, error)
	Fields(ctx context.Context, r connections.LoadRequest) ([]integrations.Param, error)
	Sample(ctx context.Context, r connections.LoadRequest) (json.RawMessage, error)
	Presets(ctx context.Context, integration, action string) ([]connections.Preset, error)
	SavePreset(ctx context.Context, integration, action string, p connections.Preset) error
	RemovePreset(ctx context.Context, integration, action, name string) error
	LastUsed(ctx context.Context, integration string) map[string]time.Time
	PastRuns(ctx context.Context, integration, action string) ([]connections.PastRun, error)
	ForgetRuns(ctx context.Context, integration, action string) error
	LastResult(ctx context.Context, integration, action, connection string) (json.RawMessage, error)
	Integrations(ctx context.Context) ([]connections.IntegrationView, error)
	Integration(ctx context.Context, id string) (connections.IntegrationView, error)
	Picture(ctx context.Context, id string) (integrations.Picture, error)
	Config(ctx context.Context, id string) (integrations.Config, error)
	SetConfig(ctx context.Context, id string, items integrations.Config) error
	RedirectURI(ctx context.Context, id string, port int) (string, error)
	Login(ctx context.Context, r connections.LoginRequest) (Login, error)
	StoreStatus(ctx context.Context) (store.Status, error)
	KeepIdle(ctx context.Context) (bool, error)
	SetKeepIdle(ctx context.Context, on bool) error
}

// Login is a sign-in under way; [connections.Login].
type Login interface {
	URL() string
	RedirectURI() string
	IntegrationInfo() integrations.Info
	Started() time.Time
	Deadline() time.Time
	Warnings() []string
	Headless() (why, sshLine string)
	OpenBrowser(ctx context.Context) error
	Paste(address string) error
	Wait(ctx context.Context) (connections.Detail, error)
	Cancel()
}
