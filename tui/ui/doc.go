// Package ui has the parts that screens are put together from: cells and columns, frames, bars, the virtual table, the text
// field, the viewer of long texts, toasts and the dialog that asks.
//
// Screens and the shell use it. What must never be here: a connection, an integration, or I/O; foreign text that comes in
// must be safe already.
package ui
