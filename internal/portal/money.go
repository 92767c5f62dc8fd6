package portal

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in ten-thousandths, the finest that LEDES 1998B writes.
// The portal reads and shows amounts by itself: a check of Lodge must not rest
// on the same code as what it checks.
type Money int64

// ParseMoney reads a LEDES number: digits, one point, up to four decimals, a
// leading minus.
func ParseMoney(text string) (Money, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if len(part) > 4 || len(whole) > 12 || strings.ContainsAny(whole+part, "+-") {
		return 0, fmt.Errorf("%q is not an amount", text)
	}
	n, err := strconv.ParseInt(whole+(part + "0000")[:4], 10, 64)
	if err != nil || whole+part == "" {
		return 0, fmt.Errorf("%q is not an amount", text)
	}
	if negative {
		n = -n
	}
	return Money(n), nil
}

// String shows m as the portals do: "1,250.00", "-70.00"; half cents and finer
// are rounded away from zero.
func (m Money) String() string {
	sign, n := "", int64(m)
	if n < 0 {
		sign, n = "-", -n
	}
	cents := (n + 50) / 100
	whole := strconv.FormatInt(cents/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s%s.%02d", sign, whole, cents%100)
}

// UnmarshalText reads a LEDES number, for the admin pages and the journal.
func (m *Money) UnmarshalText(text []byte) error {
	n, err := ParseMoney(string(text))
	*m = n
	return err
}

// MarshalText writes m as a LEDES number with four decimals.
func (m Money) MarshalText() ([]byte, error) {
	sign, n := "", int64(m)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Appendf(nil, "%s%d.%04d", sign, n/10_000, n%10_000), nil
}
