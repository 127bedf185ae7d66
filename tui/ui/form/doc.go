// Package form is a short form in a screen: fields of text, numbers, toggles and choices, one of which has the focus,
// checked when it is handed in.
//
// The set-up and the action runner draw one. It stands beside the parts of ui because both need the same fields. What must
// never be here: I/O, a border, or the text of a secret field on screen.
package form
