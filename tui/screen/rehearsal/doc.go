// Package rehearsal shows what a FlowRunner service's three operations would make of a connection in each situation: the
// situations above, what the one under the cursor led to below. A saved file plays it anew.
//
// The catalogue opens it; cmd hands in who plays. What must never be here: a service, a provider, and what a state means.
package rehearsal
