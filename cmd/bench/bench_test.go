package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The test program is also the parts that bench starts of itself.
func TestMain(m *testing.M) {
	parts := partCommands()
	for _, p := range parts {
		if len(os.Args) > 1 && os.Args[1] == p.Name() {
			main()
			return
		}
	}
	os.Exit(m.Run())
}

// run runs bench from the module's folder, writing to dir.
func run(t *testing.T, dir string, args ...string) (out, said string, err error) {
	t.Helper()
	t.Chdir("../..")
	var o, e bytes.Buffer
	cmd := root()
	cmd.SetArgs(append(args, "--dir", dir))
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	err = cmd.ExecuteContext(t.Context())
	return o.String(), e.String(), err
}

// All arms file what they should, in all rounds: the portal's counts were
// checked on the way. Figures are there; what they are is no test's business.
func TestFiling(t *testing.T) {
	dir := t.TempDir()
	out, said, err := run(t, dir, "filing", "--invoices", "2", "--usual", "1", "--rounds", "1")
	if err != nil {
		t.Fatalf("%v\n%s%s", err, said, out)
	}
	var report struct {
		Runs []struct {
			Arm      string
			Round    int
			Invoices int
			Wall     int64 `json:"wall_ns"`
			CPU      int64 `json:"cpu_ns"`
			Peak     int64 `json:"peak_pss"`
		}
		Goals []struct {
			What string
			Got  *float64
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "filing.json"))
	if err == nil {
		err = json.Unmarshal(text, &report)
	}
	if err != nil || len(report.Runs) != 8 || len(report.Goals) != 5 {
		t.Fatalf("%v: %s", err, text)
	}
	invoices := map[string]int{"floor": 2, "lodge-1": 2, "lodge-4": 4, "usual": 1}
	for _, r := range report.Runs {
		if r.Invoices != invoices[r.Arm] || r.Wall <= 0 || r.CPU <= 0 || (r.Peak > 0) != (r.Round == 0) {
			t.Errorf("%+v", r)
		}
	}
	for _, g := range report.Goals {
		if g.Got == nil {
			t.Errorf("%s was not measured", g.What)
		}
	}
	for _, word := range []string{"PER MINUTE", "TO REACH", "load of the last minute"} {
		if !strings.Contains(out, word) {
			t.Errorf("the report does not show %q:\n%s", word, out)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "work-*")); err != nil || len(left) > 0 {
		t.Errorf("%q stayed, %v", left, err)
	}
}

// A month of a few invoices ends, with every promise kept.
func TestMonth(t *testing.T) {
	dir := t.TempDir()
	out, said, err := run(t, dir, "month", "--invoices", "10", "--accounts", "2", "--portals", "2", "--visits", "2", "--limit", "10m")
	if err != nil {
		t.Fatalf("%v\n%s%s", err, said, out)
	}
	var report struct {
		Invoices int
		Verdict  struct {
			States map[string]int
			Taken  int `json:"taken_in"`
			Open   int
		}
		Broken   []string
		CPU      int64 `json:"cpu_ns"`
		Evidence int64 `json:"evidence_bytes"`
		Ledger   int64 `json:"ledger_bytes"`
		Fargate  []struct {
			USD float64 `json:"per_thousand_usd"`
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "month.json"))
	if err == nil {
		err = json.Unmarshal(text, &report)
	}
	v := report.Verdict
	if err != nil || report.Invoices != 10 || v.Taken != 10 || v.Open != 0 || v.States["accepted"] != 8 || v.States["rejected"] != 2 ||
		report.CPU <= 0 || report.Evidence <= 0 || report.Ledger <= 0 || len(report.Fargate) != 6 || report.Fargate[0].USD <= 0 {
		t.Errorf("%v: %s", err, text)
	}
	for _, word := range []string{"taken in 10 of 10", "Every promise was kept", "FARGATE", "descriptors"} {
		if !strings.Contains(said+out, word) {
			t.Errorf("it does not tell %q:\n%s%s", word, said, out)
		}
	}
}

func TestProfile(t *testing.T) {
	dir := t.TempDir()
	profile := filepath.Join(dir, "lodge.prof")
	out, said, err := run(t, dir, "profile", "--invoices", "2", "--go-profile", profile)
	if err != nil {
		t.Fatalf("%v\n%s%s", err, said, out)
	}
	for _, word := range []string{"renderer", "lodge: lodge", `click the button "Submit invoice"`, "stored: intent.json", "ledger: answered, accepted"} {
		if !strings.Contains(out, word) {
			t.Errorf("the profile does not tell of %q:\n%s", word, out)
		}
	}
	if b, err := os.ReadFile(profile); err != nil || !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		t.Errorf("no profile of Go code: %d bytes, %v", len(b), err)
	}
}

func TestNoSuchArm(t *testing.T) {
	if _, _, err := run(t, t.TempDir(), "filing", "--arm", "lodge-9"); err == nil || !strings.Contains(err.Error(), "lodge-9") {
		t.Errorf("got %v", err)
	}
}

// Nobody types the parts: the help does not show them.
func TestPartsAreHidden(t *testing.T) {
	for _, c := range root().Commands() {
		if part := slices.Contains([]string{"portal", "floor", "usual", "inside", "check"}, c.Name()); part != c.Hidden {
			t.Errorf("%s: hidden is %v", c.Name(), c.Hidden)
		}
	}
}
