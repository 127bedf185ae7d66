// Package tui is the terminal UI: a Bubble Tea program of one model, whose screens and dialogs are plain structs with
// imperative methods. It and its subfolders are the only places that import Bubble Tea, Lip Gloss and Bubbles.
//
// cmd starts it. It calls connections through the interface [screen.Deck]. What must never be here: I/O in Update, a
// write to the model inside a Cmd, foreign text that did not pass safetext, a secret that is not masked.
//
// The floors inside: tui (model, update, view) → screen/* (one package a screen or dialog) → screen (what a screen is,
// and what the shell gives it) → ui (parts: table, text field, bar, frame, toast) → keys, theme, term.
package tui
