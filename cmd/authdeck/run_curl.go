package main

import (
	"slices"

	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// printCurl prints each exchange as a line for curl, and says which variables are to be set.
func (a *app) printCurl(list []oauthflow.Exchange) {
	var names []string
	for _, x := range list {
		line, variables := x.Curl()
		a.printf("%s\n", safetext.Block(line, 0))
		for _, v := range variables {
			if !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
	}
	for _, n := range names {
		what := "a secret stood there"
		if n == "TOKEN" {
			what = "`authdeck token` prints it"
		}
		a.note("set %s first: %s", n, what)
	}
}
