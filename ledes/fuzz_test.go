package ledes_test

import (
	"bytes"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

// seed gives a fuzzer the files of the table of verdicts.
func seed(f *testing.F) {
	for _, c := range cases {
		if content := c.edit(sound); len(content) < 4096 {
			f.Add([]byte(content))
		}
	}
	for _, c := range cases98BI {
		f.Add([]byte(c.edit(sound98BI)))
	}
}

// FuzzRead holds Read to what it promises about any bytes.
func FuzzRead(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		const limit = 1 << 16
		file, err := ledes.Read(bytes.NewReader(content), ledes.Options{Profile: ledes.Profile{MaxSize: limit}})
		if err != nil {
			t.Fatal(err)
		}
		if file.Size > limit+1 || len(file.Findings) > 202 {
			t.Errorf("%d bytes read, %d findings", file.Size, len(file.Findings))
		}
		for i, finding := range file.Findings {
			if i > 0 && finding.Line < file.Findings[i-1].Line || finding.Line > bytes.Count(content, []byte("\n"))+1 {
				t.Errorf("finding %d is on line %d", i, finding.Line)
			}
		}
		report, err := ledes.Check(bytes.NewReader(content), ledes.Options{Profile: ledes.Profile{MaxSize: limit}})
		if diff := cmp.Diff(file.Report(""), report); diff != "" || err != nil {
			t.Fatalf("Check: %v (-Read +Check):\n%s", err, diff)
		}
		parts := file.Split()
		if file.Verdict() == ledes.Rejected {
			if parts != nil {
				t.Error("a refused file has parts")
			}
			return
		}
		if len(parts) != len(file.Invoices) || len(parts) == 0 {
			t.Fatalf("%d parts of %d invoices", len(parts), len(file.Invoices))
		}
		for i, part := range parts {
			checkPart(t, file.Invoices[i], part)
		}
	})
}

// FuzzWrite: what can be read can be written in its format, unless it is refused with a
// reason, and is then read as the same invoices without a finding that it did not have.
func FuzzWrite(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := ledes.Read(bytes.NewReader(content), ledes.Options{Profile: ledes.Profile{Transliterates: true}})
		if err != nil || file.Verdict() == ledes.Rejected {
			return
		}
		for _, inv := range file.Invoices {
			var out bytes.Buffer
			changes, err := ledes.Encoder{Format: file.Format, Transliterate: true}.Write(&out, inv)
			if err != nil {
				continue // as with a script that nothing stands for
			}
			again := read(t, out.String(), ledes.Profile{})
			if again.Verdict() == ledes.Rejected || len(again.Invoices) != 1 {
				t.Fatalf("written: %v", again.Findings)
			}
			if len(changes) > 0 {
				continue
			}
			if diff := cmp.Diff(unplaced(inv), unplaced(again.Invoices[0])); diff != "" {
				t.Fatalf("(-read +written and read):\n%s", diff)
			}
		}
	})
}

// FuzzScanner: the fields of a line are the line again, with | between them.
func FuzzScanner(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		s := ledes.NewScanner(bytes.NewReader(content), ledes.Limits{Line: 1 << 12, Fields: 30})
		last := 0
		for s.Scan() {
			line := strings.TrimRight(string(s.Bytes()), " \t")
			if s.Ended() {
				line = strings.TrimSuffix(line, "[]")
			} else {
				line = string(s.Bytes())
			}
			if got := string(bytes.Join(s.Fields(), []byte("|"))); strings.TrimRight(got, " \t") != strings.TrimRight(line, " \t") {
				t.Fatalf("line %d: %q is cut to %q", s.Line(), line, s.Fields())
			}
			if len(s.Fields()) > 30 || s.Line() <= last {
				t.Fatalf("line %d after %d: %d fields", s.Line(), last, len(s.Fields()))
			}
			last = s.Line()
		}
	})
}

// FuzzNumbers: a number that is read is written as one that reads the same, and amounts
// as websites show them are never read in two ways.
func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"0", "-12.3456", "999999999999.9999", ".5", "1250.", "$1,234.50", "(70.00)", "0.061245", "1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ledes.ParseAmount(s); err == nil {
			if again, err := ledes.ParseAmount(a.String()); err != nil || again != a {
				t.Errorf("%q is %s, and that is %s, %v", s, a, again, err)
			}
			if shown, err := ledes.ParseDisplayed(s); err == nil && shown != a {
				t.Errorf("%q is %s, and shown %s", s, a, shown)
			}
		}
		if r, err := ledes.ParseRate(s); err == nil {
			if again, err := ledes.ParseRate(r.String()); err != nil || again != r {
				t.Errorf("%q is %s, and that is %s, %v", s, r, again, err)
			}
		}
	})
}
