// Package code colours JSON in an editor or a viewer, says where a text stops being JSON, and finds the bracket that belongs
// to another one.
//
// The form's editors and whatever shows JSON use it. What must never be here: a cursor, or I/O.
package code
