// Package worker is the process that runs a FlowRunner service: the program re-executed, locked in, with one service loaded
// and one call to make (reference/security.md §8). It has no environment, no files, no network: files of the service come
// over its pipe, HTTP goes out over it.
//
// cmd calls Main, and nothing else, when it was started as a worker. What must never be here: anything that outlives the
// call, and a secret before the call's message has come.
package worker
