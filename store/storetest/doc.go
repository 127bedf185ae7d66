// Package storetest is the conformance suite of store.Store: the rules in its comments as tests, and a model test against
// a plain map. Any backend runs it.
//
// Only test files import it. What must never be here: anything of one backend's files, keys or engine.
package storetest
