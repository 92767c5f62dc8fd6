package reading

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestMain stands in for cmd/bench, whose part checks a file.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "check" {
		if err := Check(os.Args[2], os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// TestRun: each arm reads all of a valid file, and the large one is checked in a process.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	self := func(part string) []string { return []string{os.Args[0], part} }
	if err := Run(t.Context(), Options{Rounds: 1, Size: 1 << 20, Large: 2 << 20, Self: self, Dir: t.TempDir()}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"encoding/csv", "ledes.Scanner", "ledes.Check", "ledes.Read", "1.00 x encoding/csv", "accept, "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// TestUnsound: what is not valid is not measured.
func TestUnsound(t *testing.T) {
	data, err := invoices(1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range arms[2:] {
		if err := a.read(data); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
		if a.read(bytes.Replace(data, []byte("|F|"), []byte("|X|"), 1)) == nil {
			t.Errorf("%s measures what is refused", a.name)
		}
	}
}
