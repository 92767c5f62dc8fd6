package ledes

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"
)

// An Amount is a decimal number with four places, as LEDES writes money and
// units. It is exact: there are no floats in this package. The zero Amount is
// nothing; amounts may be compared with ==.
type Amount struct{ n int64 } // ten-thousandths

// Scale is how many of an Amount's units make one.
const scale = 10_000

// Places is how many digits may follow the point.
const places = 4

// Errors of [ParseAmount].
var (
	errGrammar  = errors.New("not a number: only digits, one point and a leading minus are allowed")
	errPlaces   = errors.New("more than four digits after the point")
	errTooLarge = errors.New("too many digits before the point")
)

// Cents returns an amount of n hundredths. It saturates.
func Cents(n int64) Amount {
	const factor = scale / 100
	return Amount{max(min(n, math.MaxInt64/factor), math.MinInt64/factor) * factor}
}

// ParseAmount reads a number as LEDES 1998B allows it: digits, at most one
// point, at most a minus in front; at most twelve digits before the point (the
// "12.4" of INVOICE_TOTAL) and four after. "1250." and ".5" are numbers; commas,
// blanks and currency signs are not. The error does not repeat s.
func ParseAmount(s string) (Amount, error) { return parseAmount(s, 12) }

// parseAmount is ParseAmount with at most whole digits before the point.
func parseAmount[T string | []byte](s T, whole int) (Amount, error) {
	n, err := parseDecimal(s, whole, places)
	return Amount{n}, err
}

// parseDecimal reads a number with at most whole digits before the point and decimals
// after it, and returns it in units of the last of these. Together they are at most 19.
func parseDecimal[T string | []byte](s T, whole, decimals int) (int64, error) {
	i, before, after := 0, 0, 0
	if len(s) > 0 && s[0] == '-' {
		i = 1
	}
	n, point := uint64(0), false
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.' && !point:
			point = true
		case c < '0' || c > '9':
			return 0, errGrammar
		default:
			n = n*10 + uint64(c-'0') // which may overflow: there are too many digits then
			if point {
				after++
			} else {
				before++
			}
		}
	}
	switch {
	case before+after == 0:
		return 0, errGrammar
	case before > whole:
		return 0, errTooLarge
	case after > decimals:
		return 0, errPlaces
	}
	for ; after < decimals; after++ {
		n *= 10
	}
	if n > math.MaxInt64 {
		return 0, errTooLarge
	}
	if s[0] == '-' {
		return -int64(n), nil
	}
	return int64(n), nil
}

// allDigits reports whether s is nothing but ASCII digits.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes a with two to four places: "1250.00", "0.3333", "-70.00".
func (a Amount) String() string {
	sign, n := "", uint64(a.n)
	if a.n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%04d", sign, n/scale, n%scale)
	for range places - 2 {
		s = strings.TrimSuffix(s, "0")
	}
	return s
}

// MarshalText writes a as [Amount.String] does.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what [Amount.MarshalText] writes, sums of many lines
// included, which may have more digits than ParseAmount allows.
func (a *Amount) UnmarshalText(text []byte) error {
	v, err := parseAmount(string(text), 15)
	if err != nil {
		return fmt.Errorf("amount %s: %w", quote(string(text)), err)
	}
	*a = v
	return nil
}

// Add returns a + b. Beyond about 922 million million it stays at the limit,
// which no amount of a file can equal.
func (a Amount) Add(b Amount) Amount {
	sum := a.n + b.n
	switch {
	case a.n > 0 && b.n > 0 && sum < 0:
		sum = math.MaxInt64
	case a.n < 0 && b.n < 0 && sum >= 0:
		sum = -math.MaxInt64
	}
	return Amount{max(sum, -math.MaxInt64)}
}

// Mul returns a x b to four places, half a unit rounded away from zero, and
// whether that is exact. It saturates as [Amount.Add] does.
func (a Amount) Mul(b Amount) (product Amount, exact bool) {
	p := multiply(a.n, b.n)
	n := p.shareOf(scale)
	return Amount{p.sign() * n}, p == multiply(p.sign()*n, scale)
}

// Cmp returns -1, 0 or +1 as a is below, equal to or above b.
func (a Amount) Cmp(b Amount) int { return cmp.Compare(a.n, b.n) }

// Equal reports whether a and b are the same, as == does; go-cmp asks for it.
func (a Amount) Equal(b Amount) bool { return a == b }

// IsZero reports whether a is nothing.
func (a Amount) IsZero() bool { return a.n == 0 }

// IsNegative reports whether a is below zero.
func (a Amount) IsNegative() bool { return a.n < 0 }
