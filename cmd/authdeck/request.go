package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

// requestBodyMost bounds what -d reads.
const requestBodyMost = 64 << 20

func (a *app) requestCmd() *cobra.Command {
	var f runFlags
	var headers []string
	var data string
	var anyHost bool
	cmd := &cobra.Command{
		Use: "request CONN METHOD URL", Short: "One HTTP call with the connection's token",
		Long: `Makes one HTTP call with the connection's token and prints the answer's body. The token goes to the hosts of the
integration alone: those its manifest names, or those its service has sent it to; --any-host says otherwise. A token that
the API refuses (401) is refreshed once, and the call made again once. An answer of 400 and above is exit 7.

A body that is JSON is sent as JSON, one like a=1&b=2 as a form, unless a Content-Type header says what it is.`,
		Example: `  authdeck request github-octocat GET https://api.github.com/user
  authdeck request demo-ada POST /notes -d '{"text":"milk"}'
  authdeck request demo-ada GET /notes -H "Accept: application/json" --json | jq .result
  authdeck request demo-ada PUT /picture -d @cat.png -H "Content-Type: image/png"`,
		Args: cobra.ExactArgs(3), ValidArgsFunction: a.completeRequest,
		RunE: func(cmd *cobra.Command, args []string) error {
			r := connections.CallRequest{
				Connection: args[0], Method: strings.ToUpper(args[1]), URL: args[2], AnyHost: anyHost, DryRun: f.dryRun, Wait: f.wait,
			}
			f.conn = args[0]
			var err error
			if r.Header, err = headersOf(headers); err != nil {
				return err
			}
			if cmd.Flags().Changed("data") {
				if r.Body, err = a.requestBody(data); err != nil {
					return err
				}
			}
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			p := a.startProgress()
			r.Progress = p.told
			result, err := svc.Request(cmd.Context(), r)
			p.stop()
			return a.showCall(result, err, f)
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&headers, "header", "H", nil, "a header, name: value; may be given again")
	fl.StringVarP(&data, "data", "d", "", "the body: a text, @FILE or - for stdin")
	fl.BoolVar(&anyHost, "any-host", false, "send the token to a host that is not the integration's")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show the request that would be sent, send none")
	fl.BoolVar(&f.curl, "curl", false, "print the request as a line for curl, secrets as shell variables, instead of the answer")
	fl.StringVar(&f.save, "save", "", "write the answer's body to this file")
	fl.DurationVar(&f.wait, "wait", waitDefault, "how long to wait for an API that asks for it (429); 0 is not at all")
	_ = cmd.MarkFlagFilename("save")
	return cmd
}

// showCall is showRun, but that the body of an error answer is a result as well.
func (a *app) showCall(r connections.RunResult, err error, f runFlags) error {
	var failed *connections.Error
	if !a.json && !f.curl && errors.As(err, &failed) && failed.Kind == connections.KindAction {
		if err := a.printAnswer(r); err != nil {
			return err
		}
	}
	return a.showRun(r, err, f)
}

func headersOf(list []string) ([][2]string, error) {
	var out [][2]string
	for _, h := range list {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usage("-H wants name: value")
		}
		out = append(out, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return out, nil
}

func (a *app) requestBody(data string) ([]byte, error) {
	var in io.Reader
	path, isFile := strings.CutPrefix(data, "@")
	switch {
	case data == "-", path == "-" && isFile:
		in = a.in
	case isFile:
		f, err := os.Open(path)
		if err != nil {
			return nil, usage("-d: %s", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	default:
		return []byte(data), nil
	}
	body, err := io.ReadAll(io.LimitReader(in, requestBodyMost+1))
	if err != nil {
		return nil, usage("-d: %s", err)
	}
	if len(body) > requestBodyMost {
		return nil, usage("-d takes at most 64 MB")
	}
	return body, nil
}

func (a *app) completeRequest(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return a.completeConnections(cmd, args, word)
	case 1:
		return []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
