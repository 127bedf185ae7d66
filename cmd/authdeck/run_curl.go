package main

import (
	"slices"

	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// curlLine is an exchange as a line for a shell, and the names of the variables in it that stand for secrets.
func curlLine(e oauthflow.Exchange) (line string, variables []string) {
	line, list := e.Curl()
	for _, v := range list {
		variables = append(variables, v.Name)
	}
	return line, variables
}

// printCurl prints each exchange as a line for curl, and says which variables are to be set.
func (a *app) printCurl(conn string, list []oauthflow.Exchange) {
	var names []string
	for _, x := range list {
		line, variables := curlLine(x)
		a.printf("%s\n", safetext.Block(line, 0))
		for _, v := range variables {
			if !slices.Contains(names, v) {
				names = append(names, v)
			}
		}
	}
	for _, n := range names {
		if n == "TOKEN" {
			a.note("first: TOKEN=$(authdeck token %s)", safetext.Line(conn, 60))
			continue
		}
		a.note("set %s first: a secret stood there", n)
	}
}
