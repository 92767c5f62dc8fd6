package emulator

import (
	"os"
	"testing"
)

// A witness is a test that sees what becomes of it.
type witness struct {
	testing.TB
	failed, told bool
}

func (w *witness) Helper()               {}
func (w *witness) Fatalf(string, ...any) { w.failed = true }
func (w *witness) Logf(string, ...any)   { w.told = true }

// Without the emulator a strict run fails, and any other says what it left out.
func TestMissing(t *testing.T) {
	t.Setenv("STRICT", "1")
	strict := &witness{TB: t}
	if missing(strict, os.ErrNotExist); !strict.failed {
		t.Error("a strict run does not fail")
	}
	t.Setenv("STRICT", "")
	lax := &witness{TB: t}
	if missing(lax, os.ErrNotExist); lax.failed || !lax.told {
		t.Errorf("a run that is not strict: %+v", lax)
	}
}
