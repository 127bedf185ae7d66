// Package theme turns tokens (ok, warning, danger, dim, accent, …) into styles and glyphs: dark and light, without colour,
// and in ASCII.
//
// Screens and parts take every style and glyph from it. What must never be here: layout.
package theme
