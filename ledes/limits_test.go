package ledes_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// codesOf are the codes of a report's findings.
func codesOf(r ledes.Report) (list []string) {
	for _, f := range r.Findings {
		list = append(list, f.Code)
	}
	return list
}

// TestLimits: what is at a limit passes, and what is one beyond it does not.
func TestLimits(t *testing.T) {
	two := again(sound)
	for name, c := range map[string]struct {
		content      string
		pass, refuse ledes.Limits
		code         string
	}{
		"size":     {sound, ledes.Limits{Size: int64(len(sound))}, ledes.Limits{Size: int64(len(sound)) - 1}, ledes.CodeTooLarge},
		"lines":    {sound, ledes.Limits{Lines: 5}, ledes.Limits{Lines: 4}, ledes.CodeTooManyLines},
		"invoices": {two, ledes.Limits{Invoices: 2}, ledes.Limits{Invoices: 1}, ledes.CodeTooManyInvoices},
		"line": {"LEDES1998B[]\n" + strings.Repeat("x", 999) + "\n", ledes.Limits{Line: 1000}, ledes.Limits{Line: 999},
			ledes.CodeLineTooLong},
	} {
		if got := codesOf(checked(t, c.content, ledes.Options{Limits: c.pass})); slices.Contains(got, c.code) {
			t.Errorf("%s: %s within the limit", name, got)
		}
		if got := codesOf(checked(t, c.content, ledes.Options{Limits: c.refuse})); !slices.Contains(got, c.code) {
			t.Errorf("%s: %s beyond the limit", name, got)
		}
	}
}

// A larger file may have as many lines as fit into it, and more of the rest; a smaller
// one as many as ever.
func TestLimitsFor(t *testing.T) {
	usual := ledes.DefaultLimits()
	if l := ledes.LimitsFor(0); l != usual {
		t.Errorf("no size: %+v", l)
	}
	small := usual
	small.Size = 1000
	if l := ledes.LimitsFor(1000); l != small {
		t.Errorf("1000 bytes: %+v", l)
	}
	large := ledes.LimitsFor(1 << 30)
	if large.Size != 1<<30 || large.Lines < 1<<30/100 || large.Invoices < 50*usual.Invoices || large.Numbers < 50*usual.Numbers {
		t.Errorf("1 GB: %+v", large)
	}
}

// TestLimitOfFindings: of each severity so many are listed.
func TestLimitOfFindings(t *testing.T) {
	content := all(setAll("LINE_ITEM_DATE", "x"), set(3, "LINE_ITEM_TOTAL", "x"), set(3, "TIMEKEEPER_NAME", "Jane Doe"))(sound)
	for most, want := range map[int]string{
		1: "more-findings number timekeeper-name",
		2: "number date timekeeper-name",
	} {
		if got := strings.Join(codesOf(checked(t, content, ledes.Options{Limits: ledes.Limits{Findings: most}})), " "); got != want {
			t.Errorf("%d listed: %s; want %s", most, got, want)
		}
	}
}

// numbered is a file with an invoice's lines under these numbers.
func numbered(numbers ...string) string {
	lines := strings.SplitAfter(sound, "\n")
	var b strings.Builder
	b.WriteString(lines[0] + lines[1])
	for _, n := range numbers {
		line := set(1, "LINE_ITEM_NUMBER", n)(lines[2])
		b.WriteString(set(1, "INVOICE_TOTAL", fmt.Sprint(500*len(numbers)))(line))
	}
	return b.String()
}

// TestNumbersTwice: a number used twice is found however the numbers run, and only such.
func TestNumbersTwice(t *testing.T) {
	for _, c := range []struct {
		numbers string
		twice   int // how often
		full    bool
		most    int
	}{
		{numbers: "1 2 3 4 5"},
		{numbers: "1 2 3 2", twice: 1},
		{numbers: "1 2 3 1", twice: 1},
		{numbers: "5 4 3 2 1 5 3", twice: 2},
		{numbers: "1 3 2 3", twice: 1},
		{numbers: "1 3 2 4 5 4", twice: 1},
		{numbers: "1 01 001"},
		{numbers: "01 01", twice: 1},
		{numbers: "a b a", twice: 1},
		{numbers: "a a a", twice: 2},
		{numbers: "7 x 8 x 9 7", twice: 2},
		{numbers: "0 1 0", twice: 1},
		{numbers: "99999999999999999998 99999999999999999999 99999999999999999998", twice: 1},
		{numbers: "1 2 3 4 5 6 7 8 9", most: 1},
		{numbers: "a b", most: 1, full: true},
		{numbers: "a b a", most: 1, full: true, twice: 1},
		{numbers: "a b b", most: 1, full: true},
	} {
		report := checked(t, numbered(strings.Fields(c.numbers)...), ledes.Options{Limits: ledes.Limits{Numbers: c.most}})
		twice, full := 0, false
		for _, f := range report.Findings {
			switch f.Code {
			case ledes.CodeLineTwice:
				twice = max(f.Lines, 1)
			case ledes.CodeUnremembered:
				full = true
			default:
				t.Errorf("%s: %+v", c.numbers, f)
			}
		}
		if twice != c.twice || full != c.full {
			t.Errorf("%s (at most %d): %d twice, full: %v", c.numbers, c.most, twice, full)
		}
	}
}

// TestMattersBeyondTheLimit: their clients are not compared any more, and that is said.
func TestMattersBeyondTheLimit(t *testing.T) {
	content := all(set(4, "LAW_FIRM_MATTER_ID", "M-8"), set(5, "LAW_FIRM_MATTER_ID", "M-9"))(sound)
	for most, want := range map[int]string{2: "several-matters too-many-to-remember", 3: "several-matters"} {
		if got := strings.Join(codesOf(checked(t, content, ledes.Options{Limits: ledes.Limits{Invoices: most}})), " "); got != want {
			t.Errorf("%d matters: %s, want %s", most, got, want)
		}
	}
}

// endless gives a head and then one line after the other, until so many bytes were
// given. Now and then it sees how much memory is in use that cannot be freed.
type endless struct {
	rest []byte
	line func(n int) []byte
	n    int
	left int
	peak uint64
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if len(e.rest) == 0 {
		e.rest = e.line(e.n)
		e.n++
	}
	n := copy(b, e.rest)
	const often = 8 << 20
	if e.left/often != (e.left-n)/often {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.peak = max(e.peak, m.HeapAlloc)
	}
	e.rest, e.left = e.rest[n:], e.left-n
	return n, nil
}

// TestMemoryIsBounded checks files that are larger than the memory which they may take:
// a valid one, one of a single line, and hostile ones in which numbers, matters and
// invoices never repeat, or each line has a finding.
func TestMemoryIsBounded(t *testing.T) {
	const size, most = 32 << 20, 12 << 20
	records := bytes.SplitAfter(large(4000), []byte("\n"))
	items := records[2 : len(records)-1]
	with := func(column int) func(n int) []byte {
		values := bytes.Split(items[0], []byte("|"))
		return func(n int) []byte {
			values[column] = fmt.Appendf(nil, "x%d", n)
			return bytes.Join(values, []byte("|"))
		}
	}
	long := bytes.Repeat([]byte("x"), 4096)
	for name, line := range map[string]func(n int) []byte{
		"valid":    func(n int) []byte { return items[n%len(items)] },
		"one line": func(int) []byte { return long },
		"invoices": with(1),
		"matters":  with(3),
		"numbers":  with(8),
		"findings": with(13),
		"torn":     func(int) []byte { return items[0][:40] },
	} {
		limits := ledes.DefaultLimits()
		limits.Size, limits.Lines = size*2, size
		file := &endless{rest: bytes.Join(records[:2], nil), line: line, left: size}
		if _, err := ledes.Check(file, ledes.Options{Limits: limits}); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d of %d bytes", name, file.peak, size)
		if file.peak > most {
			t.Errorf("%s: %d bytes were in use", name, file.peak)
		}
	}
}

// TestNoMemoryALine: twice as many lines take not one allocation more.
func TestNoMemoryALine(t *testing.T) {
	file := func(lines int) string {
		numbers := make([]string, lines)
		for i := range numbers {
			numbers[i] = fmt.Sprint(i)
		}
		return numbered(numbers...)
	}
	one, two := file(1000), file(2000)
	for name, count := range map[string]func(file string){
		"Check": func(file string) {
			if r := checked(t, file, ledes.Options{}); r.Verdict != ledes.Accepted {
				t.Fatal(r)
			}
		},
		"Scanner": func(file string) {
			s := ledes.NewScanner(strings.NewReader(file), ledes.Limits{})
			for s.Scan() {
			}
			if s.Err() != nil {
				t.Fatal(s.Err())
			}
		},
	} {
		few := testing.AllocsPerRun(5, func() { count(one) })
		many := testing.AllocsPerRun(5, func() { count(two) })
		if many != few {
			t.Errorf("%s: %v allocations for 1000 lines, %v for 2000", name, few, many)
		}
	}
}

// TestScanner cuts lines as they stand.
func TestScanner(t *testing.T) {
	s := ledes.NewScanner(strings.NewReader("LEDES1998B[]\r\n\n a |b| |[] \t\n|x|yyyyyyyyyyyyyyyyyyyy|[]z\n||||||||||||||||||[]"), ledes.Limits{Fields: 5})
	var got []string
	for s.Scan() {
		got = append(got, fmt.Sprintf("%d %v %q %q", s.Line(), s.Ended(), s.Bytes(), s.Fields()))
	}
	want := []string{
		`1 true "LEDES1998B[]" ["LEDES1998B"]`,
		`3 true " a |b| |[] \t" [" a " "b" " " ""]`,
		`4 false "|x|yyyyyyyyyyyyyyyyyyyy|[]z" ["" "x" "yyyyyyyyyyyyyyyyyyyy" "[]z"]`,
		`5 true "||||||||||||||||||[]" ["" "" "" "" "||||||||||||||"]`,
	}
	if diff := cmp.Diff(want, got); diff != "" || s.Err() != nil {
		t.Errorf("%v (-want +got):\n%s", s.Err(), diff)
	}
}

func TestScannerLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits ledes.Limits
		want   error
		lines  int
	}{
		"none":  {ledes.Limits{}, nil, 3},
		"size":  {ledes.Limits{Size: 5}, ledes.ErrTooLarge, 1},
		"lines": {ledes.Limits{Lines: 2}, ledes.ErrTooMany, 2},
		"line":  {ledes.Limits{Line: 600}, ledes.ErrTooLong, 2},
	} {
		s := ledes.NewScanner(strings.NewReader("a|b\nc\n"+strings.Repeat("x", 700)+"\n"), c.limits)
		lines := 0
		for s.Scan() {
			lines++
		}
		if !errors.Is(s.Err(), c.want) || lines != c.lines || s.Scan() {
			t.Errorf("%s: %d lines, %v", name, lines, s.Err())
		}
	}
	s := ledes.NewScanner(&failing{bytes.NewReader([]byte("a\n"))}, ledes.Limits{})
	if !s.Scan() || s.Scan() || !errors.Is(s.Err(), errDisk) {
		t.Errorf("a reader that fails: %v", s.Err())
	}
}

// TestCutAsSplit: fields are those of a plain search for |, wherever these stand.
func TestCutAsSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching("[|}{a]{0,60}").Draw(t, "line")
		most := rapid.IntRange(1, 70).Draw(t, "fields")
		s := ledes.NewScanner(strings.NewReader(line+"x[]"), ledes.Limits{Fields: most})
		s.Scan()
		var got []string
		for _, f := range s.Fields() {
			got = append(got, string(f))
		}
		if diff := cmp.Diff(strings.SplitN(line+"x", "|", most), got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
