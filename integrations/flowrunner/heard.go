package flowrunner

// Heard returns the same service, each line of whose console is told to hear beside being kept: safe, without secrets, with the
// method that printed it. Lines of one call come in their order, by one goroutine.
func (s *Service) Heard(hear func(method, line string)) *Service {
	with := *s
	with.hear = hear
	return &with
}
