package secret

import (
	"encoding/base64"
	"unicode/utf8"
)

// A class is a set of bytes.
type class [4]uint64

func (c *class) add(b byte)      { c[b>>6] |= 1 << (b & 63) }
func (c *class) has(b byte) bool { return c[b>>6]>>(b&63)&1 != 0 }

func (c *class) addAll(other class) {
	for i := range c {
		c[i] |= other[i]
	}
}

// A form is one shape of a value: for each of its bytes, what may stand there.
// Escapes are no forms: they are undone while a text is read.
type form []class

// forms returns every form of value that a [Scrubber] looks for.
func forms(value string) []form {
	out := []form{plain([]byte(value)), hexadecimal(value)}
	if b, ok := latin1(value); ok {
		out = append(out, plain(b))
	}
	for before := range 3 {
		out = append(out, base64Form(value, before))
	}
	return out
}

// plain is the value itself; a blank may be the + of a submitted web form.
func plain(value []byte) form {
	f := make(form, len(value))
	for i, b := range value {
		f[i].add(b)
		if b == ' ' {
			f[i].add('+')
		}
	}
	return f
}

// latin1 is value in the encoding of older websites, if that differs.
func latin1(value string) ([]byte, bool) {
	var out []byte
	for _, r := range value {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, utf8.ValidString(value) && len(out) != len(value)
}

func hexadecimal(value string) form {
	const lower, upper = "0123456789abcdef", "0123456789ABCDEF"
	f := make(form, 2*len(value))
	for i := range f {
		digit := value[i/2] >> 4
		if i%2 == 1 {
			digit = value[i/2] & 15
		}
		f[i].add(lower[digit])
		f[i].add(upper[digit])
	}
	return f
}

// base64Form is value in base64 (RFC 4648 §4 and §5) with so many bytes before
// it in its group of three: the characters that carry at least one bit of the
// value, each with all that it can be, since its other bits are not known.
func base64Form(value string, before int) form {
	alphabets := []string{
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	}
	first, last := before*8, (before+len(value))*8 // bits
	f := make(form, 0, base64.StdEncoding.EncodedLen(len(value)+before))
	for start := first / 6 * 6; start < last; start += 6 {
		var c class
		for sextet := range 64 {
			if carries(sextet, start, first, value) {
				for _, a := range alphabets {
					c.add(a[sextet])
				}
			}
		}
		f = append(f, c)
	}
	return f
}

// carries says whether the sextet at bit start agrees with all bits of value
// that fall into it; the first bit of value is at bit first.
func carries(sextet, start, first int, value string) bool {
	for i := range 6 {
		bit := start + i - first
		if bit < 0 || bit >= 8*len(value) {
			continue
		}
		if int(value[bit/8]>>(7-bit%8))&1 != sextet>>(5-i)&1 {
			return false
		}
	}
	return true
}

// touches says whether f could be read in a text in which mark stands, with at
// least one byte of the mark in it.
func (f form) touches(mark string) bool {
	for at := 1 - len(f); at < len(mark); at++ {
		if f.fits(mark, at) {
			return true
		}
	}
	return false
}

// fits says whether f laid over mark from at on agrees with it where both are.
func (f form) fits(mark string, at int) bool {
	for i := range f {
		if k := at + i; k >= 0 && k < len(mark) && !f[i].has(mark[k]) {
			return false
		}
	}
	return true
}
