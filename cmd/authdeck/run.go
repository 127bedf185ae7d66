package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"authdeck/connections"
	"authdeck/internal/safetext"
)

// runFlags of `authdeck run`; some of them are those of `authdeck request`, too.
type runFlags struct {
	conn               string
	pairs              []string
	file               string
	dryRun, curl       bool
	watch              bool
	pages              string
	preset, savePreset string
	save               string
	wait               time.Duration
}

// waitDefault is how long a verb waits for a host that asks for it (429).
const waitDefault = time.Minute

func (a *app) runCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "run CONN ACTION", Short: "Runs one action with a live token",
		Long: `Runs one action with a live token. A token that the API refuses is refreshed once, and the action run again once.
What breaks a rule of a parameter is refused before anything is sent.

--params takes the output of another run as well: of an object with "result" and "requests" it takes those members of
the result that the action has parameters for, and says which it left out.`,
		Example: `  authdeck run demo-ada add-note -p text="milk and bread"
  authdeck run demo-ada list-notes --json | jq .result
  echo '{"text":"from a file"}' | authdeck run demo-ada add-note --params -
  authdeck run demo-ada add-note -p text=x --json | authdeck run demo-bob add-note --params -
  authdeck run demo-ada list-notes --pages all --save notes.json
  authdeck run demo-ada add-note -p text=x --dry-run --curl
  authdeck run demo-ada list-notes --watch`,
		Args: cobra.ExactArgs(2), ValidArgsFunction: a.completeRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.conn = args[0]
			return a.run(cmd.Context(), args[1], f)
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.pairs, "param", "p", nil, "a parameter, name=value; may be given again")
	fl.StringVar(&f.file, "params", "", "a file with a JSON object of parameters, or what run --json printed; - is stdin")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show the requests that would be sent, send none")
	fl.BoolVar(&f.curl, "curl", false, "print each request as a line for curl, secrets as shell variables, instead of the result")
	fl.StringVar(&f.pages, "pages", "", "how many pages to fetch where an answer comes in pages: a number, or all")
	fl.StringVar(&f.preset, "preset", "", "start from the parameters that were kept under this name")
	fl.StringVar(&f.savePreset, "save-preset", "", "keep the parameters under this name, sealed")
	fl.StringVar(&f.save, "save", "", "write the result, or the bytes of an answer that is no text, to this file")
	fl.BoolVar(&f.watch, "watch", false, "run again whenever a file of the integration is saved, and say what changed")
	fl.DurationVar(&f.wait, "wait", waitDefault, "how long to wait for an API that asks for it (429); 0 is not at all")
	_ = cmd.MarkFlagFilename("save")
	_ = cmd.MarkFlagFilename("params")
	_ = cmd.RegisterFlagCompletionFunc("param", a.completeParam)
	_ = cmd.RegisterFlagCompletionFunc("preset", a.completePreset)
	_ = cmd.RegisterFlagCompletionFunc("save-preset", a.completePreset)
	return cmd
}

func (a *app) run(ctx context.Context, action string, f runFlags) error {
	pages, err := pagesOf(f.pages)
	if err != nil {
		return err
	}
	given, err := a.params(f.pairs, f.file)
	if err != nil {
		return err
	}
	svc, err := a.service(ctx)
	if err != nil {
		return err
	}
	if err := a.fitAction(ctx, svc, f.conn, action, given); err != nil {
		return err
	}
	integration := ""
	if f.preset != "" || f.savePreset != "" || f.watch {
		if integration, err = integrationOf(ctx, svc, f.conn); err != nil {
			return err
		}
	}
	if f.preset != "" {
		p, err := svc.Preset(ctx, integration, action, f.preset)
		if err != nil {
			return err
		}
		given = given.over(p)
	}
	req := connections.RunRequest{
		Connection: f.conn, Action: action, Params: given.values, Texts: given.texts, DryRun: f.dryRun, Pages: pages, Wait: f.wait,
	}
	if f.watch {
		return a.runWatched(ctx, svc, integration, req, f)
	}
	r, err := a.runOnce(ctx, svc, req)
	if f.savePreset == "" || isUsage(err) {
		return a.showRun(r, err, f)
	}
	kept := connections.Preset{Name: f.savePreset, Params: given.values, Texts: given.texts}
	notKept := svc.SavePreset(context.WithoutCancel(ctx), integration, action, kept)
	if notKept == nil {
		a.note("kept as the preset %s", f.savePreset)
	}
	if err := a.showRun(r, err, f); err != nil {
		if notKept != nil {
			a.note("the preset was not kept: %s", safetext.Line(notKept.Error(), 200))
		}
		return err
	}
	return notKept // what the action did is shown all the same
}

// fitAction is fit for an action by its name; one that is not there is the run's error to tell.
func (a *app) fitAction(ctx context.Context, svc *connections.Service, conn, action string, g given) error {
	if !g.ofRun {
		return nil
	}
	list, err := svc.Actions(ctx, conn)
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.Name == action {
			return a.fit(g, one.Params)
		}
	}
	return nil
}

// runOnce runs it, and shows how far it is to who looks at a terminal.
func (a *app) runOnce(ctx context.Context, svc *connections.Service, req connections.RunRequest) (connections.RunResult, error) {
	p := a.startProgress()
	defer p.stop()
	req.Progress = p.told
	return svc.Run(ctx, req)
}

func pagesOf(text string) (int, error) {
	switch text {
	case "":
		return 0, nil
	case "all":
		return connections.AllPages, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, usage("--pages takes a number from 1 on, or all")
	}
	return n, nil
}

// integrationOf is the id of the integration that a name stands for: a connection's, or the name itself.
func integrationOf(ctx context.Context, svc *connections.Service, ref string) (string, error) {
	d, err := svc.Show(ctx, ref)
	switch {
	case err == nil:
		return d.Integration, nil
	case notFound(err):
		return ref, nil
	}
	return "", err
}

func isUsage(err error) bool {
	return err != nil && connections.Explain(err).Kind == connections.KindUsage
}
