// Package lint finds mistakes in the source of a FlowRunner service: annotations that are dropped or lead nowhere, missing
// operations, grants without what a connection needs, secrets where others read them, and JavaScript that this engine has not.
//
// [Folder] runs in a worker, since a hostile text can end the process that parses it; the host hands its findings out as
// [Finding]. A rule speaks only where the text leaves no doubt: it would rather miss a mistake than name one that is none.
// What must never be here: evaluation of code, and files outside the service's folder.
package lint
