// Package jsondoc opens a JSON text of up to 64 MiB so that it can be looked at: one pass validates it, what lies in a value
// is found when it is asked for. It searches, finds tables and compares two documents.
//
// It is a leaf since both the program's verbs (`run --watch` prints a diff) and the UI look at results. What must never be
// here: drawing, or making texts safe for a terminal: keys and previews are the provider's words, and go through safetext
// before they are shown.
package jsondoc
