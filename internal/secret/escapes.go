package secret

import (
	"html"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how many escapes around each other are undone: JSON in an HTML
// attribute, a URL in a URL.
const maxDepth = 2

// maxEntity bounds the name or number between & and ;.
const maxEntity = 32

// A unit is one character as read: its n bytes, the first the lowest, and where
// the next character begins. It fits in registers, which an array does not.
type unit struct {
	bytes uint32
	n     int
	next  int
}

func one(b byte, next int) unit { return unit{uint32(b), 1, next} }

// at is byte k of the character.
func (u unit) at(k int) byte { return byte(u.bytes >> (8 * k)) }

func (u unit) is(b byte) bool { return u.n == 1 && u.at(0) == b }

// escapes says whether b may begin an escape.
func escapes(b byte) bool { return b == '%' || b == '&' || b == '\\' || b == '=' }

// read gives the character that text says at i once its escapes are undone up
// to depth times. What only looks like an escape is itself. It is not ok if the
// text ends before that is known.
func read(text []byte, i, depth int) (u unit, ok bool) {
	if i >= len(text) {
		return unit{}, false
	}
	if depth == 0 || !escapes(text[i]) {
		return one(text[i], i+1), true
	}
	u, ok = read(text, i, depth-1)
	if !ok || u.n != 1 {
		return u, ok
	}
	switch u.at(0) {
	case '%':
		return percent(text, u, depth-1)
	case '&':
		return entity(text, u, depth-1)
	case '\\':
		return backslash(text, u, depth-1)
	case '=':
		return quoted(text, u, depth-1)
	}
	return u, true
}

// quoted undoes =2F and the line ends that =  hides, of quoted-printable
// (RFC 2045 §6.7).
func quoted(text []byte, u unit, depth int) (unit, bool) {
	if u.next < len(text) { // pages are full of =, and next to none of them is meant so
		if b := text[u.next]; !escapes(b) && digit(b) < 0 && b != '\r' && b != '\n' {
			return u, true
		}
	}
	c, ok := read(text, u.next, depth)
	if ok && c.is('\r') {
		c, ok = read(text, c.next, depth)
	}
	if !ok {
		return u, false
	}
	if c.is('\n') {
		return read(text, c.next, depth)
	}
	return percent(text, u, depth)
}

// percent undoes %2F (RFC 3986 §2.1).
func percent(text []byte, u unit, depth int) (unit, bool) {
	v, next, ok := hexDigits(text, u.next, depth, 2)
	if next == 0 {
		return u, ok
	}
	return one(byte(v), next), true
}

// entity undoes &amp; &#38; and &#x26; (the HTML Standard, §13.5, has the names).
func entity(text []byte, u unit, depth int) (unit, bool) {
	var store [maxEntity + 2]byte
	name := append(store[:0], '&')
	for i := u.next; len(name) < len(store); {
		c, ok := read(text, i, depth)
		if !ok {
			return u, false
		}
		b := c.at(0)
		name, i = append(name, b), c.next
		if c.is(';') {
			return named(name, u, i), true
		}
		if c.n != 1 || b != '#' && !alphanumeric(b) {
			return u, true
		}
	}
	return u, true
}

// named is the character that an entity stands for, or u if there is no such
// entity. The few that stand for two characters are in no encoder's output.
func named(entity []byte, u unit, next int) unit {
	switch string(entity) { // only to be fast: pages are full of these
	case "&amp;":
		return one('&', next)
	case "&lt;":
		return one('<', next)
	case "&gt;":
		return one('>', next)
	case "&quot;":
		return one('"', next)
	}
	s := html.UnescapeString(string(entity))
	if len(s) == len(entity) || len(s) > utf8.UTFMax {
		return u
	}
	return several(s, next)
}

// several is the unit of the bytes of s, of which there are at most four.
func several(s string, next int) unit {
	u := unit{n: len(s), next: next}
	for k := range len(s) {
		u.bytes |= uint32(s[k]) << (8 * k)
	}
	return u
}

// backslash undoes \n \" \/ \u002f (RFC 8259 §7) and \x2f of JavaScript and Go.
func backslash(text []byte, u unit, depth int) (unit, bool) {
	c, ok := read(text, u.next, depth)
	if !ok || c.n != 1 {
		return u, ok
	}
	switch b := c.at(0); b {
	case '"', '\\', '/', '\'':
		return one(b, c.next), true
	case 'b':
		return one('\b', c.next), true
	case 'f':
		return one('\f', c.next), true
	case 'n':
		return one('\n', c.next), true
	case 'r':
		return one('\r', c.next), true
	case 't':
		return one('\t', c.next), true
	case 'x':
		if v, next, ok := hexDigits(text, c.next, depth, 2); next != 0 || !ok {
			return one(byte(v), next), ok
		}
	case 'u':
		return utf16Escape(text, u, c.next, depth)
	}
	return u, true
}

// utf16Escape undoes \u002f, whose digits begin at i, and pairs of surrogates.
func utf16Escape(text []byte, u unit, i, depth int) (unit, bool) {
	v, next, ok := hexDigits(text, i, depth, 4)
	if next == 0 {
		return u, ok
	}
	if utf16.IsSurrogate(v) {
		low, end, ok := secondHalf(text, next, depth)
		if end == 0 {
			return u, ok
		}
		v, next = utf16.DecodeRune(v, low), end
	}
	return several(string(v), next), true
}

// secondHalf reads the \uDC00 that follows a first surrogate.
func secondHalf(text []byte, i, depth int) (v rune, next int, ok bool) {
	for _, want := range []byte(`\u`) {
		c, ok := read(text, i, depth)
		if !ok || !c.is(want) {
			return 0, 0, ok
		}
		i = c.next
	}
	return hexDigits(text, i, depth, 4)
}

// hexDigits reads count hexadecimal digits from i on. If others stand there,
// next is 0; it is not ok if the text ends before that is known.
func hexDigits(text []byte, i, depth, count int) (v rune, next int, ok bool) {
	for range count {
		c, ok := read(text, i, depth)
		if !ok {
			return 0, 0, false
		}
		d := digit(c.at(0))
		if c.n != 1 || d < 0 {
			return 0, 0, true
		}
		v, i = v<<4|d, c.next
	}
	return v, i, true
}

// digit is the value of a hexadecimal digit, or -1.
func digit(b byte) rune {
	switch {
	case '0' <= b && b <= '9':
		return rune(b - '0')
	case 'a' <= b|0x20 && b|0x20 <= 'f':
		return rune(b|0x20-'a') + 10
	default:
		return -1
	}
}

func alphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}
