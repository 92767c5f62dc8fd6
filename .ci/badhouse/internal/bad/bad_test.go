package bad

import (
	"testing"
	"time"
)

func TestSkips(t *testing.T) {
	time.Sleep(time.Second) // want forbidigo:time.Sleep
	t.Skip("not today")     // want forbidigo:t.Skip
}

func BenchmarkSkips(b *testing.B) {
	b.Skipf("not today") // want forbidigo:b.Skipf
}

func skip(tb testing.TB) {
	tb.SkipNow() // want forbidigo:tb.SkipNow
}

func TestHelperSkips(t *testing.T) { skip(t) }
