package engine

import "testing"

// BenchmarkNew is a runtime with all globals, without a service.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newEngine(b, nil)
	}
}
