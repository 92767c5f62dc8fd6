package browser

import (
	"strconv"
	"testing"
)

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		want, got string
		is        keeping
	}{
		{"CL-1", "CL-1", kept},
		{"CL-1", " CL-1 ", kept},
		{"one\ntwo", "one\r\ntwo", kept},
		{"", "", kept},
		{"cl-1", "CL-1", reformatted},
		{"two  words", "two words", reformatted},
		{"CL-1", "CL-2", changed},
		{"CL-1", "", changed},
		{"CL-1", "CL1", changed},

		{"1234.5", "1,234.50", reformatted},
		{"1234.5", "$1,234.50", reformatted},
		{"1234.5", "1.234,50 €", reformatted},
		{"1234.50", "1 234,50", reformatted},
		{"1,234.50", "1234.5", reformatted},
		{"-12.00", "-12", reformatted},
		{"1250", "1,250.00", reformatted},
		{"1250", "12.50", changed}, // a mask for cents
		{"12.50", "1250", changed},
		{"12.50", "1,250", changed},
		{"12.5", "12,500", changed},
		{"12.50", "12.05", changed},
		{"12", "-12", changed},
		{"12", "12abc", changed},
		{"1000", "1,00,0", changed},

		{"5551234567", "(555) 123-4567", reformatted},
		{"123456789", "12-3456789", reformatted},
		{"123456789", "12-345678", changed},
		{"123456789", "1234567.89", changed},

		{"2026-11-02", "11/02/2026", reformatted},
		{"11/2/2026", "02.11.2026", reformatted},
		{"2026-11-02", "2026-11-20", changed},
		{"2026-11-02", "02/11/26", changed},
	} {
		if is := compare(c.want, c.got); is != c.is {
			t.Errorf("%q filled in and %q held is %d, want %d", c.want, c.got, is, c.is)
		}
	}
}

// FuzzCompare looks for an amount that passes for another: of two numbers with
// cents, only equal ones may be the same.
func FuzzCompare(f *testing.F) {
	f.Add(int64(125000), int64(1250))
	f.Add(int64(-5), int64(5))
	f.Fuzz(func(t *testing.T, a, b int64) {
		if is := compare(inCents(a), inCents(b)); (a == b) != (is != changed) {
			t.Errorf("%s and %s: %d", inCents(a), inCents(b), is)
		}
	})
}

func inCents(n int64) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	return sign + strconv.Itoa(int(u/100)) + "." + strconv.Itoa(int(u/10%10)) + strconv.Itoa(int(u%10))
}
