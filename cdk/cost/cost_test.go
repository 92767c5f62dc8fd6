package cost

import (
	"math"
	"os"
	"strings"
	"testing"
)

// TestFacts: the formula gives the figures that were computed by hand for it, for 2 vCPU
// and 4 GB on ARM and 1,000 uploads.
func TestFacts(t *testing.T) {
	for want, task := range map[float64]Task{
		3.50: {VCPU: 2, GB: 4, Start: 60, Upload: 90, Batch: 1, Parallel: 1},
		0.60: {VCPU: 2, GB: 4, Start: 60, Upload: 90, Batch: 20, Parallel: 4},
	} {
		if got := 1000 * task.Invoice(); math.Abs(got-want) > 0.005 {
			t.Errorf("%+v: $%.3f for 1,000, want $%.2f", task, got, want)
		}
	}
	short := Task{VCPU: 1, GB: 2, Start: 5, Upload: 5, Batch: 1, Parallel: 1}
	if got, want := short.Invoice(), short.Hour()/60; got != want {
		t.Errorf("ten seconds cost %g, and Fargate charges a minute: %g", got, want)
	}
}

// TestTableIsInTheDocs: the table and the sentences stand in docs/running-on-aws.md as
// they are computed.
func TestTableIsInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/running-on-aws.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{Table(), Standing(), Networks()} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/running-on-aws.md lacks, as it is computed:\n%s", want)
		}
	}
}

// TestAFewDollars: 2,000 invoices a month cost a few dollars, as docs/running-on-aws.md says.
func TestAFewDollars(t *testing.T) {
	if got := Month(Usual(), 2_000, accounts).Sum(); got > 10 {
		t.Errorf("2,000 invoices cost $%.2f", got)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
