package visit_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No goroutine outlives a visit.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
