// Package find is the screen of all actions of all integrations: it finds one while one types, and leads to its form, through a
// sign-in where there is no connection yet.
//
// What must never be here: how an action is run (tui/screen/action), and how a text is held against another (connections.ActionIndex).
package find
