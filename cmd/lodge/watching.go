package main

import (
	"time"

	"github.com/spf13/pflag"
)

// slowest is the longest pause before an action: a login's code and a lease do
// not last for ever.
const slowest = 10 * time.Second

// watching is how an author looks on while a browser works.
type watching struct {
	headed bool
	slow   time.Duration
}

func (w *watching) flags(flags *pflag.FlagSet) {
	flags.BoolVar(&w.headed, "headed", false, "show the browser's window; needs a full Chromium and a display (or xvfb-run)")
	flags.DurationVar(&w.slow, "slow", 0, "`pause` before each action, such as 500ms; in a window what comes next is outlined")
}

func (w watching) check() error {
	if w.slow < 0 || w.slow > slowest {
		return misused("--slow is a pause from 0 to %s, and not %s", slowest, w.slow)
	}
	return nil
}
