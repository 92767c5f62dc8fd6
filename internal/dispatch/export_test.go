package dispatch

import "example.com/lodge/internal/ledger"

// TaskFor is what is asked for a slot.
func TaskFor(name string, s ledger.Slot) Task { return taskFor(name, s) }
