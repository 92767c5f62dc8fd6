package browser

import (
	"testing"

	"example.com/lodge/internal/browser/adverse"
)

func TestZZ(t *testing.T) {
	c := named("form-and-loop")
	c.Modes = []adverse.Mode{adverse.Timeout}
	keep(t, headlessShell, adverse.HTTP1, jobsFor(c, 150))
}
