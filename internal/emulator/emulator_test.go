package emulator

import (
	"net"
	"net/url"
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
	if missing(strict, program{}, os.ErrNotExist); !strict.failed {
		t.Error("a strict run does not fail")
	}
	t.Setenv("STRICT", "")
	lax := &witness{TB: t}
	if missing(lax, program{}, os.ErrNotExist); lax.failed || !lax.told {
		t.Errorf("a run that is not strict: %+v", lax)
	}
}

// TestLoopback: whoever shares the network with a test meets none of them.
func TestLoopback(t *testing.T) {
	for name, start := range map[string]func(testing.TB) (string, bool){"dynalite": Dynalite, "fauxqs": SQS} {
		address, ok := start(t)
		if !ok {
			return
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		outside, err := net.InterfaceAddrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range outside {
			ip, ok := a.(*net.IPNet)
			if !ok || ip.IP.IsLoopback() {
				continue
			}
			if c, err := net.Dial("tcp", net.JoinHostPort(ip.IP.String(), u.Port())); err == nil {
				_ = c.Close()
				t.Errorf("%s answers at %s", name, ip.IP)
			}
		}
	}
}
