// Package watch learns from the system that files of integrations were saved, so that they are read anew at once.
//
// cmd hands it to the UI, and `run --watch` waits by it; any other script reads the files when it starts and needs none of it. What must never be here: a look into a
// file, and a rule of what an integration is.
package watch
