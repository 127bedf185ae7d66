//go:build race

package flowrunner

const raceDetector = true
