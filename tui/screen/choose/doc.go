// Package choose is the dialog in which a value of a dictionary is looked up and picked, while one types.
//
// Screens with forms open it. What must never be here: how a dictionary is asked (that is handed in), and what becomes of the value.
package choose
