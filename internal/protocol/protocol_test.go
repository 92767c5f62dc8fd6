package protocol

import "testing"

func TestTry(t *testing.T) {
	for _, w := range []World{
		{Name: "core", Files: 1, Trusts: true, Dates: true, Crashes: 1, Losses: 1, Rejects: 1, Lies: 2},
		{Name: "core nod", Files: 1, Trusts: true, Async: true, Crashes: 1, Losses: 1, Rejects: 1, Lies: 2},
		{Name: "untrusted", Files: 1, Crashes: 1, Losses: 1, Rejects: 1, Lies: 1},
		{Name: "rev d", Visits: 1, Files: 2, Trusts: true, Dates: true, Rejects: 1, Losses: 1},
		{Name: "rev n", Visits: 1, Files: 2, Trusts: true, Numbers: true, Rejects: 1, Losses: 1, Async: true},
		{Name: "rev -", Visits: 1, Files: 2, Trusts: true, Rejects: 1, Losses: 1, Async: true},
		{Name: "mail n", Visits: 1, Files: 2, Trusts: true, Mail: true, Numbers: true, Losses: 1, Rejects: 1},
		{Name: "mail d", Visits: 1, Files: 2, Trusts: true, Mail: true, Dates: true, Losses: 0, Rejects: 1},
		{Name: "people", Visits: 1, Files: 1, Trusts: true, People: 1, Losses: 1},
		{Name: "people rev", Visits: 1, Files: 2, Trusts: true, Numbers: true, People: 1, Rejects: 1},
		{Name: "restore", Visits: 1, Files: 1, Trusts: true, Restores: 1, Losses: 1},
		{Name: "restore rev", Visits: 1, Files: 2, Trusts: true, Restores: 1, Numbers: true, Rejects: 1},
		{Name: "second", Files: 1, Trusts: true, Second: true, Losses: 1},
	} {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			r, err := w.Search(600_000)
			t.Logf("%s: %d states %d moves %d forms %d calls %v %v %v\n%s", w.Name, r.States, r.Moves, r.Forms, r.Calls, r.Took, r.Broken, err, r.Story)
		})
	}
}
