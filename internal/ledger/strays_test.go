package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
)

func stray(name, version string) ledger.Stray {
	return ledger.Stray{Name: name, Version: version, Why: "there is no such account", Needs: carriers.Operator}
}

func noted(t *testing.T, l *ledger.Ledger, met []ledger.Stray, gone ...string) {
	t.Helper()
	if err := l.NoteStrays(t.Context(), met, gone); err != nil {
		t.Fatal(err)
	}
}

func strays(t *testing.T, l *ledger.Ledger) (ledger.Strays, string) {
	t.Helper()
	s, err := l.Strays(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range s.List {
		names = append(names, x.Name+"@"+x.Version)
	}
	return s, strings.Join(names, " ")
}

// TestStrays: what is met again keeps its time, another version has its own, what is
// gone is forgotten, and meeting the same again writes nothing.
func TestStrays(t *testing.T) {
	l, w := rig(t)
	first := w.now
	noted(t, l, []ledger.Stray{stray("a", "1"), stray("b", "1")})
	w.pass(time.Hour)
	noted(t, l, []ledger.Stray{stray("a", "1"), stray("b", "2")})
	s, names := strays(t, l)
	if names != "a@1 b@2" || !s.List[0].Since.Equal(first) || !s.List[1].Since.Equal(w.now) || s.List[0].Needs != carriers.Operator {
		t.Errorf("%s: %+v", names, s)
	}
	before, err := w.LoadAccount(t.Context(), "strays:")
	if err != nil {
		t.Fatal(err)
	}
	noted(t, l, []ledger.Stray{stray("a", "1")}, "nothing of that name")
	noted(t, l, nil)
	if after, err := w.LoadAccount(t.Context(), "strays:"); err != nil || after.Version != before.Version {
		t.Errorf("the same again was written: version %d after %d, %v", after.Version, before.Version, err)
	}
	noted(t, l, nil, "a")
	if _, names := strays(t, l); names != "b@2" {
		t.Errorf("after a is gone: %s", names)
	}
}

// TestAScanSaysAll: what it did not find is forgotten, what it finds again keeps its time,
// and the same again writes nothing, however much of it there is.
func TestAScanSaysAll(t *testing.T) {
	l, w := rig(t)
	first := w.now
	scanned := func(old int, found ...ledger.Stray) {
		t.Helper()
		if err := l.Scanned(t.Context(), found, old); err != nil {
			t.Fatal(err)
		}
	}
	scanned(3, stray("a", ""), stray("b", ""))
	w.pass(time.Hour)
	scanned(2, stray("b", ""), stray("c", ""))
	if s, names := strays(t, l); names != "b@ c@" || s.Old != 2 || !s.List[0].Since.Equal(first) || !s.List[1].Since.Equal(w.now) {
		t.Errorf("%s: %+v", names, s)
	}
	var many []ledger.Stray
	for i := range ledger.KeptStrays + 5 {
		many = append(many, stray(fmt.Sprintf("s%03d", i), ""))
	}
	scanned(0, many...)
	before, err := w.LoadAccount(t.Context(), "strays:")
	if err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	scanned(0, many...)
	if after, err := w.LoadAccount(t.Context(), "strays:"); err != nil || after.Version != before.Version {
		t.Errorf("the same again was written: version %d after %d, %v", after.Version, before.Version, err)
	}
	if s, _ := strays(t, l); len(s.List) != ledger.KeptStrays || s.More != 5 || s.Old != 0 {
		t.Errorf("%d are named, %d more, %d old", len(s.List), s.More, s.Old)
	}
	scanned(0)
	if s, names := strays(t, l); names != "" || s.More != 0 {
		t.Errorf("of an inbox with nothing of it: %s, %+v", names, s)
	}
}

// TestAComparisonSaysAll: what it did not find is forgotten, but what came while it
// ran, and what it cannot find.
func TestAComparisonSaysAll(t *testing.T) {
	l, w := rig(t)
	message := stray("message m1", "")
	message.Unseen = true
	noted(t, l, []ledger.Stray{stray("gone", "1"), stray("stays", "1"), message})
	since := w.now
	w.pass(time.Hour)
	begun := w.now
	w.pass(time.Minute)
	noted(t, l, []ledger.Stray{stray("meanwhile", "1")})
	compared := func(begun time.Time, found ...ledger.Stray) {
		t.Helper()
		if err := l.Compared(t.Context(), begun, found, 7); err != nil {
			t.Fatal(err)
		}
	}
	compared(begun, stray("stays", "1"), stray("new", "1"))
	s, names := strays(t, l)
	if names != "message m1@ stays@1 meanwhile@1 new@1" || s.Old != 7 || !s.ComparedAt.Equal(begun) {
		t.Errorf("%s: %+v", names, s)
	}
	if !s.List[1].Since.Equal(since) {
		t.Errorf("it waits since %s, not since %s", s.List[1].Since, since)
	}
	compared(begun.Add(-time.Minute)) // it ends after one that began later
	if _, after := strays(t, l); after != names {
		t.Errorf("an older comparison says %s", after)
	}
	w.pass(ledger.ToldOf)
	compared(w.now)
	if _, names := strays(t, l); names != "" {
		t.Errorf("two weeks later: %s", names)
	}
}

// TestStraysAreBounded: the item stays small, those that wait longest are named, and
// how many others there are is known.
func TestStraysAreBounded(t *testing.T) {
	l, w := rig(t)
	noted(t, l, []ledger.Stray{stray("z", "1")})
	w.pass(time.Second)
	var many []ledger.Stray
	for i := range ledger.KeptStrays + 20 {
		x := stray(fmt.Sprintf("s%03d", i), "1")
		x.Why = strings.Repeat("w", 10_000)
		many = append(many, x)
	}
	noted(t, l, many)
	s, _ := strays(t, l)
	if len(s.List) != ledger.KeptStrays || s.More != 21 || s.List[0].Name != "z" || len(s.List[1].Why) > 500 {
		t.Errorf("%d named, %d more, first %s, a reason of %d bytes", len(s.List), s.More, s.List[0].Name, len(s.List[1].Why))
	}
	if err := l.Compared(t.Context(), w.now, many[:2], 0); err != nil {
		t.Fatal(err)
	}
	if s, _ := strays(t, l); s.More != 0 {
		t.Errorf("after a comparison that found two: %d more", s.More)
	}
}

// TestOneCompares: of several programs one is told to, again only a day later, or
// after an hour if nothing came of it; and at once where the ledger was restored into
// another table.
func TestOneCompares(t *testing.T) {
	l, w := rig(t)
	other := ledger.New(w, clockOf{w}, w, l.Limits())
	table := "table"
	begin := func() []time.Time {
		var mu sync.Mutex
		var all sync.WaitGroup
		var told []time.Time
		for i := range 8 {
			all.Go(func() {
				begun, ok, err := []*ledger.Ledger{l, other}[i%2].BeginComparison(t.Context(), table, 24*time.Hour, time.Hour)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if ok {
					told = append(told, begun)
				}
			})
		}
		all.Wait()
		return told
	}
	if told := begin(); len(told) != 1 || !told[0].Equal(w.now) {
		t.Fatalf("told %v", told)
	}
	w.pass(59 * time.Minute)
	if told := begin(); len(told) != 0 {
		t.Errorf("within the hour: %v", told)
	}
	w.pass(time.Minute)
	told := begin()
	if len(told) != 1 {
		t.Fatalf("after an hour without an end: %v", told)
	}
	if err := l.Compared(t.Context(), told[0], nil, 0); err != nil {
		t.Fatal(err)
	}
	w.pass(23 * time.Hour)
	if told := begin(); len(told) != 0 {
		t.Errorf("within the day: %v", told)
	}
	w.pass(time.Hour)
	if told := begin(); len(told) != 1 {
		t.Errorf("a day later: %v", told)
	}
	table = "restored"
	if told := begin(); len(told) != 1 {
		t.Errorf("in another table: %v", told)
	}
	if told := begin(); len(told) != 0 {
		t.Errorf("in another table once more: %v", told)
	}
}

// TestStraysAreNoAccount: lists of accounts do not show them.
func TestStraysAreNoAccount(t *testing.T) {
	l, _ := rig(t)
	noted(t, l, []ledger.Stray{stray("a", "1")})
	accounts, err := l.Accounts(t.Context())
	if err != nil || len(accounts) != 0 {
		t.Errorf("accounts %+v, %v", accounts, err)
	}
	if _, err := l.Takeover(t.Context(), "h1"); err != nil {
		t.Error(err)
	}
	if owners, err := l.Owners(t.Context()); err != nil || slices.Contains(owners, "") {
		t.Errorf("owners %q, %v", owners, err)
	}
}
