// Package form is a form in a screen: fields of every kind that a parameter or a setting can be, one of which has the focus,
// checked when they are left and when the form is handed in.
//
// The set-up and the action runner draw one. A [Field] is data; the [Form] is methods. A screen gives each key to [Form.Key]
// first and does what is its own (next field, hand in, go back) with the keys that were not taken. What must never be here:
// I/O (paths are looked at by an [Ask] that the screen lets a command do), a border, or the text of a secret field on screen.
package form
