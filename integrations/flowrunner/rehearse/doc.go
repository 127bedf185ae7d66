// Package rehearse plays the three operations of a FlowRunner service against a simulated provider, without any network, and
// reports what a connection would look like in seven situations.
//
// cmd and tui call it, with a service that its host opened. The provider is a handler of this process ([flowrunner.Service.Played]):
// it knows nothing of the service and answers generously, so that a report tells of the service and not of the provider. What
// must never be here: the store, the network, a token or a secret in a report. How a failure becomes a state follows connections,
// which stands above and is not imported.
package rehearse
