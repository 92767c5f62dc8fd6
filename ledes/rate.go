package ledes

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// A Rate is a share with ten places, as LEDES 98BI writes the rate of a tax: 0.21 is
// 21 per cent. It is exact. The zero Rate is nothing; rates may be compared with ==.
type Rate struct{ n int64 } // ten-thousand-millionths

// ratePlaces is how many digits may follow the point of a Rate. Older texts say four;
// today's invoices have up to ten.
const ratePlaces = 10

const rateScale = 10_000_000_000

var errRatePlaces = errors.New("more than ten digits after the point")

// ParseRate reads a rate: digits, at most one point, at most a minus in front; at most
// three digits before the point and ten after. The error does not repeat s.
func ParseRate(s string) (Rate, error) {
	n, err := parseDecimal(s, 3, ratePlaces)
	if errors.Is(err, errPlaces) {
		err = errRatePlaces
	}
	return Rate{n}, err
}

// String writes r with at least two places: "0.21", "0.061245".
func (r Rate) String() string {
	sign, n := "", magnitude(r.n)
	if r.n < 0 {
		sign = "-"
	}
	s := fmt.Sprintf("%s%d.%010d", sign, n/rateScale, n%rateScale)
	for range ratePlaces - 2 {
		s = strings.TrimSuffix(s, "0")
	}
	return s
}

// Of returns the share r of a to four places, half a unit rounded away from zero.
func (r Rate) Of(a Amount) Amount {
	p := multiply(a.n, r.n)
	return Amount{p.sign() * p.shareOf(rateScale)}
}

// centsOf returns the share r of a to two places, half a cent rounded away from zero. It
// is rounded once: Of rounds to four places first, which can make half a cent of less.
func (r Rate) centsOf(a Amount) Amount {
	const cent = scale / 100
	p := multiply(a.n, r.n)
	return Amount{p.sign() * min(p.shareOf(rateScale*cent), math.MaxInt64/cent) * cent}
}

// IsZero reports whether r is nothing.
func (r Rate) IsZero() bool { return r.n == 0 }

// Equal reports whether r and s are the same, as == does; go-cmp asks for it.
func (r Rate) Equal(s Rate) bool { return r == s }
