package protocol

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// worlds are searched completely, each with other things that may happen.
func worlds() []World {
	return []World{
		{Name: "nothing fails", Calm: true, Files: 1, Trusts: true, Numbers: true, Dates: true, Async: true},
		{Name: "core", Files: 1, Trusts: true, Dates: true, Crashes: 1, Losses: 1, Rejects: 1, Lies: 2},
		{Name: "core, no dates", Files: 1, Trusts: true, Async: true, Crashes: 1, Losses: 1, Rejects: 1, Lies: 1},
		{Name: "core, two crashes", Files: 1, Trusts: true, Crashes: 2, Losses: 1},
		{Name: "core, two losses", Visits: 1, Files: 1, Trusts: true, Async: true, Crashes: 1, Losses: 2, Rejects: 1},
		{Name: "absence not trusted", Files: 1, Async: true, Crashes: 1, Losses: 1, Rejects: 1, Lies: 1},
		{Name: "one program", Shared: true, Still: true, Files: 1, Trusts: true, Crashes: 1, Losses: 1},
		{Name: "revision, dates", Visits: 1, Files: 2, Trusts: true, Dates: true, Rejects: 1, Losses: 1},
		{Name: "revision, numbers", Visits: 1, Files: 2, Trusts: true, Numbers: true, Async: true, Rejects: 1, Losses: 1},
		{Name: "revision, neither", Files: 2, Trusts: true, Async: true, Rejects: 1},
		{Name: "draft", Files: 1, Trusts: true, Drafts: true, Crashes: 1, Losses: 2},
		{Name: "mail, numbers", Visits: 1, Files: 2, Trusts: true, Mail: true, Numbers: true, Losses: 1, Rejects: 1},
		{Name: "mail, dates", Visits: 1, Files: 2, Trusts: true, Mail: true, Dates: true, Rejects: 1},
		{Name: "people", Visits: 1, Files: 1, Trusts: true, People: 1, Losses: 1, Lies: 1},
		{Name: "people decide twice", Visits: 1, Files: 1, Trusts: true, People: 2},
		{Name: "restore", Visits: 1, Files: 1, Trusts: true, Restores: 1},
		{Name: "restore twice", Visits: 1, Files: 1, Trusts: true, Offline: true, Restores: 2},
		{Name: "two ledgers", Files: 1, Trusts: true, Second: true, Losses: 1},
	}
}

// beginnings are worlds that are too wide to be searched to their end: the states
// nearest to the beginning, as many as first says.
func beginnings() []World {
	return []World{
		{Name: "people, revision", Visits: 1, Files: 2, Trusts: true, Numbers: true, People: 1, Rejects: 1},
		{Name: "restore, losses", Visits: 1, Files: 1, Trusts: true, Offline: true, Restores: 1, Losses: 1},
		{Name: "restore, revision", Visits: 1, Files: 2, Trusts: true, Offline: true, Restores: 1},
		{Name: "restore, rejection", Visits: 1, Files: 2, Trusts: true, Offline: true, Restores: 1, Rejects: 1},
	}
}

const first = 150_000

// TestWorlds searches them all: the promise holds in each state, and from each a
// way leads to an end, or to a person.
func TestWorlds(t *testing.T) {
	whole, parts := worlds(), beginnings()
	results := make([]Result, len(whole)+len(parts))
	t.Cleanup(func() { table(t, results) })
	for i, w := range append(whole, parts...) {
		most := bound
		if i >= len(whole) && bound == 0 {
			most = first
		}
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			r, err := w.Search(Any, most)
			results[i] = r
			t.Logf("%s: %d states, %d moves, %v", w.Name, r.States, r.Moves, r.Took.Round(100*time.Millisecond))
			if r.Broken != 0 || err != nil && most == 0 {
				t.Fatalf("%v: %v\n%s", r.Broken, err, r.Story)
			}
		})
	}
}

// table tells what was searched, for docs/guarantees.md.
func table(t *testing.T, results []Result) {
	var text strings.Builder
	fmt.Fprintf(&text, "%-22s %9s %9s %8s %8s\n", "world", "states", "moves", "doubles", "seconds")
	states, moves := 0, 0
	for _, r := range results {
		fmt.Fprintf(&text, "%-22s %9d %9d %8d %8.1f\n", r.World.Name, r.States, r.Moves, r.Broken&Double, r.Took.Seconds())
		states, moves = states+r.States, moves+r.Moves
	}
	t.Logf("bound %d (0: all)\n%s%-22s %9d %9d", bound, text.String(), "together", states, moves)
}

// TestKnockOuts takes each rule away and must see the promise broken.
func TestKnockOuts(t *testing.T) {
	core := World{Visits: 1, Files: 1, Trusts: true}
	for _, c := range []struct {
		name  string
		world func(*World)
		want  Breach
	}{
		{"no intent before the act", func(w *World) { w.Losses, w.Without.Intent = 1, true }, Double},
		{"no fence", func(w *World) { w.Shared, w.Still, w.Visits, w.Without.Fence = true, true, 2, true }, Unheld},
		{"no check at the release", func(w *World) { w.Losses, w.Without.ReleaseCheck = 1, true }, Double},
		{"no look-before", func(w *World) { w.Losses, w.Lies, w.Without.LookBefore = 1, 2, true }, Double},
		{"one absent look trusted", func(w *World) { w.Losses, w.Lies, w.Without.SecondLook = 1, 2, true }, Double},
		{"a third look right after the second", func(w *World) { w.Losses, w.Lies, w.Without.ThirdLook = 1, 2, true }, Double},
		{"no settle time", func(w *World) { w.Losses, w.Without.Settle = 1, true }, Double},
		{"blind retry", func(w *World) { w.Losses, w.Without.Uncertain = 1, true }, Double},
		{"a rerun past the table", func(w *World) { w.People, w.Without.Table = 1, true }, Double},
		{"an earlier revision's row counts", func(w *World) {
			w.Files, w.Rejects, w.Losses, w.Dates, w.Without.Revision = 2, 1, 1, true, true
		}, Wrong},
		{"takeover by time alone", func(w *World) { w.Visits, w.Without.Death = 2, true }, Unheld},
		{"a restored ledger files", func(w *World) { w.Restores, w.Without.Recovery = 1, true }, Double},
		{"a second ledger files", func(w *World) { w.Second, w.Visits, w.Without.Home = true, 2, true }, Double},
		{"a draft counts as filed", func(w *World) { w.Drafts, w.Losses, w.Without.DraftIsNone = true, 1, true }, Wrong},
		{"filed beside a draft", func(w *World) { w.Drafts, w.Losses, w.Without.DraftGoesOn = true, 1, true }, Double},
		{"mail of an earlier revision", func(w *World) {
			w.Mail, w.Numbers, w.Dates, w.Files, w.Rejects, w.Losses, w.Without.MailRevision = true, true, true, 2, 1, 1, true
		}, Wrong},
		// What nobody can do anything about: see the limits in docs/guarantees.md.
		{"a nap before the release", func(w *World) { w.Losses, w.Naps = 1, 1 }, Double},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := core
			c.world(&w)
			r, err := w.Search(c.want, 5*bound)
			if err != nil && bound > 0 {
				return // it is farther away than the race detector has time for
			}
			if err != nil || r.Broken != c.want {
				t.Fatalf("after %d states: %v, want %v: %v", r.States, r.Broken, c.want, err)
			}
			t.Logf("%v, after %d states, in %d steps, %v\n%s", r.Broken, r.States, strings.Count(r.Story, "\n"),
				r.Took.Round(time.Millisecond), r.Story)
			w.Without, w.Naps = Without{}, 0
			if r, _ := w.Search(Any, r.States); r.Broken != 0 {
				t.Errorf("with the rule: %v\n%s", r.Broken, r.Story)
			}
		})
	}
}
