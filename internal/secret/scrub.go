package secret

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// A Scrubber removes values from what is written down. It finds them plain, in
// hexadecimal and in base64 (both alphabets, at any place in its groups), and
// each of these with any of its characters percent-encoded, quoted-printable,
// written as HTML entities or as JSON escapes, also one inside the other; plain
// ones also in ISO 8859-1. Scrub first and cut afterwards: half a value is not found.
//
// The zero Scrubber removes nothing. A Scrubber is safe for use by several
// goroutines, also while values are added.
type Scrubber struct {
	mu    sync.Mutex // held while set is exchanged
	known map[string]bool
	set   atomic.Pointer[set]
}

// NewScrubber returns a scrubber of values. Every value must have [Shortest]
// characters, which the stores see to.
func NewScrubber(values ...Value) (*Scrubber, error) {
	s := new(Scrubber)
	return s, s.Add(values...)
}

// Add has s remove more values from now on: one-time codes, tokens. If one is
// shorter than [Shortest] characters none is added and the error is
// [ErrShort]: removing "42" would remove the evidence with it.
func (s *Scrubber) Add(values ...Value) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[string]bool, len(s.known)+len(values))
	for v := range s.known {
		known[v] = true
	}
	for _, v := range values {
		if utf8.RuneCountInString(v.text) < Shortest {
			return fmt.Errorf("secret: a value to remove is %w", ErrShort)
		}
		known[v.text] = true
	}
	next, err := newSet(known)
	if err != nil {
		return err
	}
	s.known = known
	s.set.Store(next)
	return nil
}

// Scrub returns text without the values. It returns text itself, not a copy,
// if there is none in it.
func (s *Scrubber) Scrub(text []byte) []byte {
	set := s.set.Load()
	if set == nil {
		return text
	}
	spans, _ := set.find(text)
	return set.cut(text, spans)
}

// ScrubString is Scrub for a string.
func (s *Scrubber) ScrubString(text string) string {
	if b := []byte(text); s.finds(b) {
		return string(s.Scrub(b))
	}
	return text
}

func (s *Scrubber) finds(text []byte) bool {
	set := s.set.Load()
	if set == nil {
		return false
	}
	spans, _ := set.find(text)
	return len(spans) > 0
}

// A set is an immutable set of forms.
type set struct {
	mark  string
	first [256][]form // by each byte that they may begin with
	pairs [256]class  // the second bytes of those
}

// newSet prepares the forms of values and chooses what stands in their place:
// "[secret]", unless a value could be read in or across that.
func newSet(values map[string]bool) (*set, error) {
	var all []form
	for v := range values {
		all = append(all, forms(v)...)
	}
	touched := func(mark string) bool {
		return slices.ContainsFunc(all, func(f form) bool { return f.touches(mark) })
	}
	mark := redacted
	for block := '█'; touched(mark); block++ { // U+2588, the first of the blocks and shapes
		if block > '◿' {
			return nil, fmt.Errorf("secret: no mark can stand in place of these values")
		}
		mark = strings.Repeat(string(block), 6)
	}
	s := &set{mark: mark}
	for _, f := range all {
		for b := range 256 {
			if f[0].has(byte(b)) {
				s.first[b] = append(s.first[b], f)
				s.pairs[b].addAll(f[1])
			}
		}
	}
	return s, nil
}

// A span is a part of a text, from its first byte to the one after its last.
type span struct{ from, to int }

// find returns what is to be removed from text, in order and merged, and the
// place from which on more text could change that: len(text) if none could.
func (s *set) find(text []byte) (spans []span, open int) {
	open = len(text)
	for i := range text {
		if !s.begins(text, i) {
			continue
		}
		to, more := s.longest(text, i)
		if more {
			open = min(open, i)
		}
		if to < 0 {
			continue
		}
		if last := len(spans) - 1; last >= 0 && spans[last].to >= i {
			spans[last].to = max(spans[last].to, to)
		} else {
			spans = append(spans, span{i, to})
		}
	}
	return spans, open
}

// begins says whether a form may begin at i, as far as two bytes tell.
func (s *set) begins(text []byte, i int) bool {
	b := text[i]
	if escapes(b) || i+1 == len(text) || escapes(text[i+1]) {
		return escapes(b) || len(s.first[b]) > 0
	}
	return s.pairs[b].has(text[i+1])
}

// longest returns the end of the longest form that begins at i, or -1, and
// whether the text ended before another one was through.
func (s *set) longest(text []byte, i int) (to int, more bool) {
	to = -1
	for depth := range maxDepth + 1 {
		u, ok := read(text, i, depth)
		if !ok {
			return to, true
		}
		for _, f := range s.first[u.at(0)] {
			end, open := f.match(text, u)
			to, more = max(to, end), more || open
		}
		if !escapes(text[i]) {
			break
		}
	}
	return to, more
}

// A thread is one way of reading: j bytes of a form are matched before i.
type thread struct{ j, i int }

// match returns the end of the longest way to read f whose first character is
// u, or -1, and whether the text ended before another way was through. An
// escape can also stand for itself, so that there may be several ways.
func (f form) match(text []byte, u unit) (end int, more bool) {
	end = -1
	j := f.take(0, u)
	if j == 0 {
		return end, false
	}
	var store [8]thread
	ways := append(store[:0], thread{j, u.next})
	for k := 0; k < len(ways); k++ {
		w := ways[k]
		for w.j < len(f) && w.i < len(text) && !escapes(text[w.i]) && f[w.j].has(text[w.i]) {
			w.j, w.i = w.j+1, w.i+1
		}
		if w.j == len(f) {
			end = max(end, w.i)
			continue
		}
		if w.i == len(text) || escapes(text[w.i]) {
			open := false
			ways, open = f.branch(ways, text, w)
			more = more || open
		}
	}
	return end, more
}

// branch adds the ways to go on from w, each once. The text ended if open.
func (f form) branch(ways []thread, text []byte, w thread) (_ []thread, open bool) {
	for depth := range maxDepth + 1 {
		u, ok := read(text, w.i, depth)
		if !ok {
			return ways, true
		}
		if n := f.take(w.j, u); n > 0 {
			if next := (thread{w.j + n, u.next}); !slices.Contains(ways, next) {
				ways = append(ways, next)
			}
		}
	}
	return ways, open
}

// take says how many bytes of f, from j on, the character u is; 0 if it is not.
func (f form) take(j int, u unit) int {
	if j+u.n > len(f) {
		return 0
	}
	for k := range u.n {
		if !f[j+k].has(u.at(k)) {
			return 0
		}
	}
	return u.n
}

// cut returns text with a mark in place of each span, and text itself without.
func (s *set) cut(text []byte, spans []span) []byte {
	if len(spans) == 0 {
		return text
	}
	out := make([]byte, 0, len(text)+len(spans)*len(s.mark))
	at := 0
	for _, p := range spans {
		out = append(out, text[at:p.from]...)
		out = append(out, s.mark...)
		at = p.to
	}
	return append(out, text[at:]...)
}
