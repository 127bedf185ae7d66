//go:build race

package icon

const raceDetector = true
