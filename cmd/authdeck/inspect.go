package main

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"authdeck/connections"
)

func (a *app) inspectCmd() *cobra.Command {
	return &cobra.Command{
		Use: "inspect CONN", Short: "Token claims with the signature's result, and introspection where the provider has it",
		Example: "  authdeck inspect google-work\n  authdeck inspect google-work --json | jq .id_token.payload",
		Args:    cobra.ExactArgs(1), ValidArgsFunction: a.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			svc, err := a.service(cmd.Context())
			if err != nil {
				return err
			}
			i, err := svc.Inspect(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(inspectionJSON(i))
			}
			a.claims("id token", i.IDToken)
			a.claims("access token", i.AccessToken)
			if i.Introspected {
				state := "inactive"
				if i.Active {
					state = "active"
				}
				a.printf("introspection: %s\n", state)
				a.members(i.Members)
			}
			if i.Note != "" {
				a.note("note: %s", i.Note)
			}
			return nil
		},
	}
}

func (a *app) claims(what string, c *connections.Claims) {
	if c == nil {
		return
	}
	a.printf("%s: signature %s\n", what, c.Signature)
	a.members(c.Payload)
}

func (a *app) members(m map[string]any) {
	rows := make([][]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		text, ok := m[k].(string)
		if !ok {
			b, err := json.Marshal(m[k])
			if err != nil {
				continue
			}
			text = string(b)
		}
		rows = append(rows, []string{"  " + k, text})
	}
	a.table(rows)
}

func inspectionJSON(i connections.Inspection) map[string]any {
	out := map[string]any{"id_token": nil, "access_token": nil, "introspection": nil, "note": i.Note}
	if i.IDToken != nil {
		out["id_token"] = map[string]any{"header": i.IDToken.Header, "payload": i.IDToken.Payload, "signature": i.IDToken.Signature}
	}
	if i.AccessToken != nil {
		out["access_token"] = map[string]any{"header": i.AccessToken.Header, "payload": i.AccessToken.Payload, "signature": i.AccessToken.Signature}
	}
	if i.Introspected {
		out["introspection"] = map[string]any{"active": i.Active, "members": i.Members}
	}
	return out
}
