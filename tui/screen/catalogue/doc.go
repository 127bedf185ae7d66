// Package catalogue is the Integrations tab: what can be connected, where it comes from, whether it is configured, and how
// it is set up. Enter on a ready one is the Login button.
//
// The shell shows it. What must never be here: the set-up itself (setup), the sign-in (login), or a provider's name.
package catalogue
