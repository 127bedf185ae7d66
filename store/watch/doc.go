// Package watch learns from the system that a file has changed: inotify, kqueue, ReadDirectoryChangesW.
//
// cmd hands it to the store, whose Watch uses it to know when to look; it stands apart since fsnotify costs each start
// something. What must never be here: a look into a file, and a rule of what counts as a change.
package watch
