// Package jq filters a JSON text by a jq expression, within a time and a size.
//
// The program's verbs and the UI use it on results. What must never be here: anything that an expression could reach beside
// its input: files, modules, the environment, further inputs.
package jq
