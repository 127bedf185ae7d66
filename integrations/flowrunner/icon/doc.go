// Package icon makes the small picture of a service out of its icon file: PNG, JPEG, WebP or SVG, told by what they begin
// with.
//
// Only a worker calls it: decoders are where foreign bytes do the most harm, and a worker has limits and no files. What must
// never be here: files, the network, fonts, or a size that was not checked before its pixels are made.
package icon
