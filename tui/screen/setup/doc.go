// Package setup is the screen that teaches how to make a client at a provider, and asks for what the provider gave: which
// page to open, which client type to choose, which redirect address to register, then id and secret.
//
// The catalogue opens it before the first login, the login dialog when a provider refuses the client or the address. What
// must never be here: a provider's name (all words come from the integration), or a secret drawn as it is.
package setup
