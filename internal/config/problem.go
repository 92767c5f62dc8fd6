package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problems are everything that is wrong with a lodge.yaml, in the order of its
// lines.
type Problems struct {
	Path string
	List []Problem
}

// A Problem is one thing that is wrong. Line and Column count from 1; both are
// 0 for what is not there. The text never quotes a value that could be a
// secret in the wrong place.
type Problem struct {
	Line, Column int
	Text         string
}

// Error implements error with one line a problem.
func (p *Problems) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s cannot be used; the operator corrects:", p.Path)
	for _, one := range p.List {
		if one.Line > 0 {
			fmt.Fprintf(&b, "\n  line %d, column %d: %s", one.Line, one.Column, one.Text)
		} else {
			fmt.Fprintf(&b, "\n  %s", one.Text)
		}
	}
	return b.String()
}

func (p *Problems) sort() {
	slices.SortStableFunc(p.List, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// oneOf ends a sentence about an unknown name: the known one that was probably
// meant, or all of them.
func oneOf(known []string, name string) string {
	if best := nearest(known, name); best != "" {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	if len(known) == 0 {
		return ": there are none"
	}
	known = slices.Sorted(slices.Values(known))
	return ": it is one of " + strings.Join(known, ", ")
}

// nearest is the known name that differs from name in the fewest places, if
// they are no more than a third of it, or one.
func nearest(known []string, name string) string {
	best, least := "", max(len(name)/3, 1)+1
	for _, k := range known {
		if d := distance(k, strings.ToLower(name)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the bytes to insert, remove or change to make a into b
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
