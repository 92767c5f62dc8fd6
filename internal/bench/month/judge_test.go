package month

import (
	"strings"
	"testing"

	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/portal"
)

// Each line is one invoice: what Lodge says, what the portal counts, and whether
// a promise is broken.
func TestJudge(t *testing.T) {
	taken := portal.InvoiceCount{Uploads: 1, Accepted: 1}
	refused := portal.InvoiceCount{Uploads: 1, Refused: 1}
	twice := portal.InvoiceCount{Uploads: 2, Accepted: 1, Refused: 1, Duplicate: 1, Again: 1}
	var none portal.InvoiceCount
	for _, c := range []struct {
		name, state, fate string
		count             portal.InvoiceCount
		broken            string // "" is none
		open              int
	}{
		{"as it should be", "accepted", "", taken, "", 0},
		{"refused", "rejected", "", refused, "", 0},
		{"twice", "accepted", "", twice, "took it in 2 times", 0},
		{"twice, and uncertain", "uncertain", "", twice, "took it in 2 times", 1},
		{"lost by Lodge", "", "", none, "does not know it", 1},
		{"lost by Lodge, and sent", "", "", taken, "does not know it", 1},
		{"lost at the portal", "accepted", "", none, "does not have it", 0},
		{"a false yes", "accepted", "", refused, "the portal does not", 0},
		{"a yes that was true", "accepted", late, refused, "", 0},
		{"a false no", "rejected", "", taken, "the portal does not", 0},
		{"a no without anything", "rejected", "", none, "the portal does not", 0},
		{"never in", "uncertain", "", none, "", 0},
		{"in, and not yet found", "uncertain", "", taken, "", 1},
		{"with a person", "needs_person", "", taken, "", 0},
		{"waiting", "ready", "", none, "", 1},
		{"being checked", "submitted", "", taken, "", 1},
		{"spoilt", "quarantined", "", none, "quarantined", 0},
	} {
		list := []invoice{{account: "firm-01", number: "M01-0001", fate: c.fate}}
		var lines []scene.Line
		if c.state != "" {
			lines = append(lines, scene.Line{Account: "firm-01", Invoice: "M01-0001", State: c.state})
		}
		v := judge(list, lines, []portal.Counts{{Invoices: map[string]portal.InvoiceCount{"M01-0001": c.count}}})
		got := strings.Join(v.Broken, "; ")
		if (c.broken == "") != (got == "") || !strings.Contains(got, c.broken) {
			t.Errorf("%s: broken %q; want %q", c.name, got, c.broken)
		}
		if v.Open != c.open || v.settled() != (c.open == 0) {
			t.Errorf("%s: %d open; want %d", c.name, v.Open, c.open)
		}
	}
}

// An account's invoice is not excused by another account's of the same number.
func TestJudgeKeepsAccountsApart(t *testing.T) {
	list := []invoice{{account: "firm-01", number: "M01-0001"}}
	v := judge(list, []scene.Line{{Account: "firm-02", Invoice: "M01-0001", State: "accepted"}}, []portal.Counts{{}})
	if len(v.Broken) != 1 {
		t.Errorf("broken %q; want that Lodge does not know it", v.Broken)
	}
}
