package ledger

import "testing"

// TestAlike: what is left of a text is the same for all invoices with one
// trouble, and another for another trouble.
func TestAlike(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Task code X999 is invalid", "Task code X999 is invalid"},
		{"Invoice A-17 was filed before as 730017.", "Invoice … was filed before as …."},
		{"Matter 4711 is closed.", "Matter 4711 is closed."},
		{"Matter 2024-0187 is closed.", "Matter 2024-0187 is closed."},
		{"rate of $350.00 is above 1,325.50", "rate of $… is above …"},
		{"could not be settled since 2026-10-31T09:30:00Z: down", "could not be settled since …: down"},
		{"refused on 10/31/2026 at 4:05:09 PM", "refused on … at … PM"},
		{"2026-10-31", "…"},
		{"section 4.2 and 10.1.12 of 12 pages, 1/2", "section 4.2 and 10.1.12 of 12 pages, 1/2"},
		{"12,500 or 12.50 or 1,234,567.8901", "… or … or …"},
		{"A-171 and A-1", "A-171 and A-1"},
		{"a17.txt is unreadable", "… is unreadable"},
		{"line 3 of LEDES1998B", "line 3 of LEDES1998B"},
		{"- : 日本語 …", "- : 日本語 …"},
		{"", ""},
	} {
		got := alike(Summary{Text: c.text, Invoice: "A-17", Confirmation: "730017", Object: "a17.txt"})
		if got != c.want {
			t.Errorf("%q is alike %q, want %q", c.text, got, c.want)
		}
	}
	if got := alike(Summary{Text: "nothing … there"}); got != "nothing … there" {
		t.Errorf("facts that are not known mask %q", got)
	}
}
