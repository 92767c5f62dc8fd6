package ledes

import "hash/maphash"

// numbers finds line item numbers that an invoice uses twice. Those that count up by
// one need no memory but their first and last; of any others a hash is kept, up to a
// limit for the whole file.
type numbers struct {
	most  int
	seen  map[numberKey]struct{}
	seeds [2]maphash.Seed
}

// A numberKey stands for one line item number of one invoice. Two that differ have the
// same key with a probability of 2^-128, and nobody can look for such a pair: the seeds
// are drawn anew for each file.
type numberKey struct {
	invoice int
	hash    [2]uint64
}

// A run is the numbers from first to last of one invoice, all of which were used.
type run struct {
	first, last uint64
	begun       bool
}

func newNumbers(most int) numbers {
	return numbers{most: most, seen: map[numberKey]struct{}{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// use notes that t uses a number: twice if it did so before. Full says that the limit is
// reached and the number could not be remembered.
func (n *numbers) use(t *tally, number []byte) (twice, full bool) {
	value, counts := counting(number)
	r := &t.run
	if counts {
		if r.begun && r.first <= value && value <= r.last {
			return true, false
		}
		next := r.begun && value == r.last+1
		if (next || !r.begun) && !n.knows(t, number) {
			if !r.begun {
				r.first = value
			}
			r.last, r.begun = value, true
			return false, false
		}
	}
	key := n.key(t, number)
	if _, ok := n.seen[key]; ok {
		return true, false
	}
	if len(n.seen) >= n.most {
		return false, true
	}
	n.seen[key] = struct{}{}
	t.scattered = true
	return false, false
}

// knows reports whether t used a number that is no part of its run.
func (n *numbers) knows(t *tally, number []byte) bool {
	if !t.scattered {
		return false
	}
	_, ok := n.seen[n.key(t, number)]
	return ok
}

func (n *numbers) key(t *tally, number []byte) numberKey {
	return numberKey{t.index, [2]uint64{maphash.Bytes(n.seeds[0], number), maphash.Bytes(n.seeds[1], number)}}
}

// counting reads a number written as counting writes it: digits, no zero in front.
func counting(number []byte) (value uint64, ok bool) {
	const most = 18 // digits, so that one more still fits
	if len(number) == 0 || len(number) > most || number[0] == '0' {
		return 0, false
	}
	for _, c := range number {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + uint64(c-'0')
	}
	return value, true
}
