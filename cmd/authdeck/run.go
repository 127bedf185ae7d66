package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

func (a *app) runCmd() *cobra.Command {
	var pairs []string
	var file string
	var dryRun, curl bool
	cmd := &cobra.Command{
		Use: "run CONN ACTION", Short: "Runs one action with a live token",
		Example: `  authdeck run demo-ada add-note -p text="milk and bread"
  authdeck run demo-ada list-notes --json | jq .result
  echo '{"text":"from a file"}' | authdeck run demo-ada add-note --params -
  authdeck run demo-ada add-note -p text=x --dry-run`,
		Args: cobra.ExactArgs(2), ValidArgsFunction: a.completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			if curl {
				return notBuilt("run --curl")
			}
			params, texts, err := a.params(pairs, file)
			if err != nil {
				return err
			}
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			r, err := svc.Run(cmd.Context(), connections.RunRequest{Connection: args[0], Action: args[1], Params: params, Texts: texts, DryRun: dryRun})
			return a.showRun(r, err, dryRun)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&pairs, "param", "p", nil, "a parameter, name=value; may be given again")
	f.StringVar(&file, "params", "", "a file with a JSON object of parameters, - is stdin")
	f.BoolVar(&dryRun, "dry-run", false, "show the requests that would be sent, send none")
	f.BoolVar(&curl, "curl", false, "the same as a curl line (not built yet)")
	return cmd
}

// params reads --params, whose values are taken as they are, and -p, whose texts are typed and count where both name a parameter.
func (a *app) params(pairs []string, file string) (params map[string]any, texts map[string]string, err error) {
	params, texts = map[string]any{}, map[string]string{}
	if file != "" {
		in := io.Reader(a.in)
		if file != "-" {
			f, err := os.Open(file)
			if err != nil {
				return nil, nil, usage("--params: %s", err)
			}
			defer func() { _ = f.Close() }()
			in = f
		}
		d := json.NewDecoder(in)
		d.UseNumber()
		if err := d.Decode(&params); err != nil {
			return nil, nil, usage("--params wants one JSON object: %s", err)
		}
		if params == nil || d.More() {
			return nil, nil, usage("--params wants one JSON object")
		}
	}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, nil, usage("-p wants name=value, got %q", p)
		}
		if _, twice := texts[name]; twice {
			return nil, nil, usage("-p %s is there twice; a list is one text, with commas or as JSON", name)
		}
		texts[name] = value
		delete(params, name)
	}
	return params, texts, nil
}

// exchangeJSON is one HTTP exchange of a run.
type exchangeJSON struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status"`
	DurationMS int64  `json:"duration_ms"`
	Body       string `json:"body,omitempty"`
}

func exchangesJSON(list []oauthflow.Exchange, bodies bool) []exchangeJSON {
	out := make([]exchangeJSON, 0, len(list))
	for _, e := range list {
		x := exchangeJSON{Method: e.Method, URL: e.URL, Status: e.Status, DurationMS: e.Duration.Milliseconds()}
		if bodies {
			x.Body = e.RequestBody
		}
		out = append(out, x)
	}
	return out
}

func (a *app) showRun(r connections.RunResult, err error, dryRun bool) error {
	requests := exchangesJSON(r.Exchanges, dryRun)
	var failed *connections.Error
	if errors.As(err, &failed) && failed.Kind == connections.KindAction && a.json {
		if err := a.printJSON(withConsole(map[string]any{"error": explain(failed), "requests": requests}, r.Console)); err != nil {
			return err
		}
		return exitError(exitCodes[connections.KindAction])
	}
	if !a.json && (a.verbose || err != nil) {
		for _, line := range r.Console {
			a.note("%s", line)
		}
	}
	if err != nil {
		return err
	}
	switch {
	case a.json && dryRun:
		return a.printJSON(map[string]any{"requests": requests})
	case a.json:
		result := r.Result
		if len(result) == 0 {
			result = json.RawMessage("null")
		}
		return a.printJSON(withConsole(map[string]any{"result": result, "duration_ms": r.Duration.Milliseconds(), "requests": requests}, r.Console))
	case dryRun:
		for _, x := range r.Exchanges {
			a.printf("%s %s\n", x.Method, safetext.Line(x.URL, 0))
			for _, name := range slices.Sorted(maps.Keys(x.RequestHeader)) {
				a.printf("%s: %s\n", safetext.Line(name, 0), safetext.Line(strings.Join(x.RequestHeader[name], ", "), 0))
			}
			if x.RequestBody != "" {
				a.printf("\n%s\n", safetext.Block(x.RequestBody, 1<<20))
			}
		}
		a.note("nothing was sent")
		return nil
	default:
		if r.Status == 0 {
			a.note("done in %d ms", r.Duration.Milliseconds())
		} else {
			a.note("%d in %d ms", r.Status, r.Duration.Milliseconds())
		}
		return a.printResult(r.Result)
	}
}

// withConsole adds what the action printed, if it printed anything.
func withConsole(out map[string]any, lines []string) map[string]any {
	if len(lines) > 0 {
		out["console"] = lines
	}
	return out
}

// printResult prints a text result as text, everything else as indented JSON, and nothing for no result.
func (a *app) printResult(result json.RawMessage) error {
	if len(result) == 0 || string(result) == "null" {
		return nil
	}
	var text string
	if json.Unmarshal(result, &text) == nil {
		a.printf("%s\n", safetext.Block(text, len(text)))
		return nil
	}
	return a.printJSON(result)
}
