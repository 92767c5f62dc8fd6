package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
)

// straysItem is the name of the item of what arrived and belongs to nobody, among
// those of accounts. No account's name holds a colon (package config).
const straysItem = "strays:"

// KeptStrays is how many strays the ledger names; of the others it has the number.
const KeptStrays = 100

// ToldOf is how long it is told of what no comparison finds: as long as a queue of
// Amazon SQS can keep a message (Developer Guide, "Message retention period").
const ToldOf = 14 * 24 * time.Hour

// longestWhy is how many bytes of a stray's reason are kept.
const longestWhy = 500

// A Stray is something that arrived and cannot become a submission, because it is
// not known whose it would be, or because it cannot be read.
type Stray struct {
	Name    string          `json:"name"`              // of the object or the message, as it may be shown
	Version string          `json:"version,omitempty"` // of the object
	Why     string          `json:"why"`               // one sentence for people
	Needs   carriers.Person `json:"needs"`             // who acts
	Since   time.Time       `json:"since"`             // when it was first met

	// Unseen is what no comparison finds, such as a message that nobody understands:
	// it is told of for ToldOf, all others until a comparison does not find them.
	Unseen bool `json:"unseen,omitempty"`
}

// Strays are all of them, those that wait longest first.
type Strays struct {
	List []Stray `json:"list,omitempty"` // at most KeptStrays
	More int     `json:"more,omitempty"` // how many others there are at least
	Old  int     `json:"old,omitempty"`  // from before the watermark, and adopted by nobody, at the last look at all

	BegunAt    time.Time `json:"begun_at,omitzero"`    // when the last comparison began
	ComparedAt time.Time `json:"compared_at,omitzero"` // when the last one began that came to its end
	Table      string    `json:"table,omitempty"`      // in which the ledger lay at both times
}

// Strays returns what arrived and belongs to nobody.
func (l *Ledger) Strays(ctx context.Context) (Strays, error) {
	a, err := l.engine.LoadAccount(ctx, straysItem)
	if err != nil {
		return Strays{}, fmt.Errorf("what arrived and belongs to nobody: %w", err)
	}
	return a.strays(), nil
}

// NoteStrays adds what was met, and forgets what is gone or was taken in, by name.
// What is there already, in the same version, keeps its Since; of others it is now.
func (l *Ledger) NoteStrays(ctx context.Context, met []Stray, gone []string) error {
	if len(met) == 0 && len(gone) == 0 {
		return nil
	}
	return l.writeStrays(ctx, func(s *Strays, now time.Time) {
		s.List = slices.DeleteFunc(s.List, func(x Stray) bool { return slices.Contains(gone, x.Name) })
		s.add(met, now)
	})
}

// BeginComparison says whether the caller is to compare the bucket with the ledger
// now: the last comparison that came to its end began every ago, and none that may
// be under way began after retry ago. Those of a ledger that lay in another table do
// not count: it was restored since, and may have lost what arrived. Of several callers
// one is told so.
func (l *Ledger) BeginComparison(ctx context.Context, table string, every, retry time.Duration) (begun time.Time, ok bool, err error) {
	err = l.writeStrays(ctx, func(s *Strays, now time.Time) {
		if s.Table != table {
			s.Table, s.BegunAt, s.ComparedAt = table, time.Time{}, time.Time{}
		}
		if ok = now.Sub(s.ComparedAt) >= every && now.Sub(s.BegunAt) >= retry; ok {
			s.BegunAt, begun = now, now
		}
	})
	return begun, ok && err == nil, err
}

// Compared takes the word of a comparison that began at begun and met all of the
// bucket: what it did not find is forgotten, but for what was noted meanwhile and
// what no comparison finds. old is how many objects wait to be adopted.
func (l *Ledger) Compared(ctx context.Context, begun time.Time, found []Stray, old int) error {
	return l.writeStrays(ctx, func(s *Strays, now time.Time) {
		if begun.Before(s.ComparedAt) {
			return // a later one has ended before this one
		}
		s.ComparedAt = begun
		s.replace(found, old, now, func(x Stray) bool { return x.Since.After(begun) || x.Unseen && now.Sub(x.Since) < ToldOf })
	})
}

// Scanned takes the word of a look through all of an inbox that is a folder: what it did
// not find is forgotten. old is how many files wait to be adopted.
func (l *Ledger) Scanned(ctx context.Context, found []Stray, old int) error {
	return l.writeStrays(ctx, func(s *Strays, now time.Time) {
		s.replace(found, old, now, func(Stray) bool { return false })
	})
}

// replace takes the word of a look at all: what was found takes the place of what was
// there, but for what stays. What is found again keeps its Since.
func (s *Strays) replace(found []Stray, old int, now time.Time, stays func(Stray) bool) {
	before := s.List
	s.List, s.More, s.Old = nil, 0, old
	for _, x := range before {
		if stays(x) {
			s.List = append(s.List, x)
		}
	}
	found = slices.Clone(found)
	for i, x := range found {
		if j := slices.IndexFunc(before, x.same); j >= 0 {
			found[i].Since = before[j].Since
		}
	}
	s.add(found, now)
}

// add puts strays into the list, the newest into the number if there are too many.
func (s *Strays) add(met []Stray, now time.Time) {
	for _, x := range met {
		x.Since = cmp.Or(x.Since, now)
		x.Why = strings.ToValidUTF8(x.Why[:min(len(x.Why), longestWhy)], "")
		if i := slices.IndexFunc(s.List, func(y Stray) bool { return y.Name == x.Name }); i >= 0 {
			if s.List[i].same(x) {
				x.Since = s.List[i].Since
			}
			s.List = slices.Delete(s.List, i, i+1)
		}
		s.List = append(s.List, x)
	}
	slices.SortStableFunc(s.List, func(a, b Stray) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Name, b.Name))
	})
	if over := len(s.List) - KeptStrays; over > 0 {
		s.List, s.More = s.List[:KeptStrays], max(s.More, over)
	}
}

func (x Stray) same(y Stray) bool { return x.Name == y.Name && x.Version == y.Version }

func (a Account) strays() Strays {
	if a.Strays == nil {
		return Strays{}
	}
	return *a.Strays
}

// writeStrays changes the item; nothing is written where nothing changes.
func (l *Ledger) writeStrays(ctx context.Context, change func(*Strays, time.Time)) error {
	_, err := l.writeAccount(ctx, straysItem, func(a *Account, now time.Time) error {
		before := a.strays()
		after := before
		after.List = slices.Clone(before.List)
		change(&after, now)
		if after.equal(before) {
			return errNothing
		}
		a.Strays = &after
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what arrived and belongs to nobody: %w", err)
	}
	return nil
}

func (s Strays) equal(t Strays) bool {
	return slices.Equal(s.List, t.List) && s.More == t.More && s.Old == t.Old &&
		s.BegunAt.Equal(t.BegunAt) && s.ComparedAt.Equal(t.ComparedAt)
}
