// Package doc has the parts that show an answer: the tree and the table of a JSON document, plain text, a hex dump, the
// changes between two documents, and the HTTP exchanges of a run.
//
// Screens hold them and give them keys by name. Each draws exactly the width and height it is asked for, and only what is in
// sight. Texts may be foreign: they are made safe here. What must never be here: I/O, goroutines, a connection.
package doc
