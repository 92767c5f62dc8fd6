package ledes

import (
	"math"
	"math/bits"
)

// An int128 is a whole number in two's complement, wide enough for the product
// of any two amounts. Its unit here is 1e-8.
type int128 struct {
	hi int64
	lo uint64
}

// multiply returns x * y.
func multiply(x, y int64) int128 {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	p := int128{int64(hi), lo}
	if (x < 0) != (y < 0) {
		return p.negate()
	}
	return p
}

// magnitude is |x|, also for the one number whose negative is no int64.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// add returns v + w.
func (v int128) add(w int128) int128 {
	lo, carry := bits.Add64(v.lo, w.lo, 0)
	return int128{v.hi + w.hi + int64(carry), lo}
}

func (v int128) negate() int128 {
	return int128{^v.hi, ^v.lo}.add(int128{0, 1})
}

// magnitude is |v|.
func (v int128) magnitude() (hi, lo uint64) {
	if v.hi < 0 {
		v = v.negate()
	}
	return uint64(v.hi), v.lo
}

// sign is -1 below zero, else 1.
func (v int128) sign() int64 {
	if v.hi < 0 {
		return -1
	}
	return 1
}

// within reports whether |v| is at most limit.
func (v int128) within(limit uint64) bool {
	hi, lo := v.magnitude()
	return hi == 0 && lo <= limit
}

// shareOf is |v| / d, half a unit rounded up. It saturates at the largest int64.
func (v int128) shareOf(d uint64) int64 {
	hi, lo := v.magnitude()
	if hi >= d {
		return math.MaxInt64
	}
	n, rest := bits.Div64(hi, lo, d)
	if rest >= d-rest && n < math.MaxInt64 {
		n++
	}
	return int64(min(n, math.MaxInt64))
}
