package main

import (
	"slices"

	"authdeck/internal/safetext"
	"authdeck/oauthflow"
)

// curlLine is an exchange as a line for a shell, and the names of the variables in it that stand for secrets; ok is false where it
// cannot be written.
func curlLine(oauthflow.Exchange) (line string, variables []string, ok bool) {
	return "", nil, false
}

// canCurl refuses --curl where no exchange can be written as a line.
func canCurl(wanted bool) error {
	if _, _, ok := curlLine(oauthflow.Exchange{Method: "GET", URL: "https://api.example.com/"}); wanted && !ok {
		return notBuilt("--curl")
	}
	return nil
}

// printCurl prints each exchange as a line for curl, and says which variables are to be set.
func (a *app) printCurl(list []oauthflow.Exchange) {
	var names []string
	for _, x := range list {
		line, variables, _ := curlLine(x)
		a.printf("%s\n", safetext.Block(line, 0))
		for _, v := range variables {
			if !slices.Contains(names, v) {
				names = append(names, v)
			}
		}
	}
	for _, n := range names {
		a.note("set %s first: a secret stood there", n)
	}
}
