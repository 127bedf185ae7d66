// Package template is the {{…}} of manifests: variables, the first that is set (??), joined text ('a' + b), parentheses
// and a fixed list of functions (reference/manifests.md §5.4). No loops, no conditions, no calls outside the list.
//
// manifest alone calls it: it is a folder of its own since it knows nothing of manifests, only of text and values. What
// must never be here: a function that reads a file, the environment or the network.
package template
