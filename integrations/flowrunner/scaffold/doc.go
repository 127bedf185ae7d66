// Package scaffold writes the folder of a new FlowRunner service, which works as it is against `authdeck demo --serve`: the
// three operations, two actions, a dictionary, an icon, and a test that needs nothing but Node.
//
// cmd calls it for `integrations new --kind flowrunner`. What must never be here: anything that runs a service.
package scaffold
