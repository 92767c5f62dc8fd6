package page_test

import (
	"context"
	"slices"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

// A still is a page that shows what it shows and never changes.
type still []string // CSS selectors

func (s still) Await(_ context.Context, probes []page.Probe) (int, string, error) {
	for i, p := range probes {
		if slices.Contains(s, p.CSS) {
			return i, "text of " + p.CSS, nil
		}
	}
	return -1, "", &page.Miss{Reason: "nothing of it"}
}

func (still) Goto(context.Context, string) error                         { return nil }
func (still) Act(context.Context, page.Action) error                     { return nil }
func (still) Rows(context.Context, string, []string) ([][]string, error) { return nil, nil }

func TestElseCountsOnlyWhenNothingElseShows(t *testing.T) {
	signs := []page.Sign{
		page.Else(page.Has("#busy")),
		page.Good(page.Has("#done")),
		page.Bad(carriers.Rejected, page.Has("#refused")),
	}
	for _, c := range []struct {
		shows still
		sign  int
		kind  carriers.Kind
	}{
		{still{"#busy"}, 0, ""},
		{still{"#busy", "#done"}, 1, ""},
		{still{"#busy", "#refused"}, 2, carriers.Rejected},
		{still{"#done"}, 1, ""},
		{still{"#other"}, -1, carriers.SiteChanged},
	} {
		sign, text, err := page.AwaitWhich(page.WithDriver(t.Context(), c.shows), signs...)
		if sign != c.sign || carriers.KindOf(err) != c.kind || (err != nil) != (c.kind != "") {
			t.Errorf("%v: sign %d, text %q, %v; want sign %d", c.shows, sign, text, err, c.sign)
		}
	}
}
