package protocol

import "testing"

func TestTry(t *testing.T) {
	for _, w := range []World{
		{Name: "core", Files: 1, Trusts: true, Crashes: 2, Losses: 1, Rejects: 1, Lies: 2},
		{Name: "core async", Files: 1, Trusts: true, Numbers: true, Dates: true, Async: true, Crashes: 1, Losses: 1, Rejects: 1, Lies: 1},
		{Name: "untrusted", Files: 1, Crashes: 1, Losses: 1, Rejects: 1, Lies: 1},
		{Name: "one program", Shared: true, Files: 1, Trusts: true, Crashes: 1, Losses: 1, Rejects: 0, Lies: 2},
		{Name: "rev nd", Files: 2, Trusts: true, Numbers: true, Dates: true, Rejects: 1, Losses: 1},
		{Name: "rev n", Files: 2, Trusts: true, Numbers: true, Rejects: 1, Losses: 1},
		{Name: "rev d", Files: 2, Trusts: true, Dates: true, Rejects: 1, Losses: 1},
		{Name: "rev -", Files: 2, Trusts: true, Rejects: 1, Losses: 1},
		{Name: "draft", Files: 1, Trusts: true, Drafts: true, Losses: 2},
		{Name: "mail", Files: 2, Trusts: true, Mail: true, Numbers: true, Dates: true, Losses: 1, Rejects: 1},
		{Name: "mail n", Files: 2, Trusts: true, Mail: true, Numbers: true, Losses: 1, Rejects: 1},
		{Name: "mail d", Files: 2, Trusts: true, Mail: true, Dates: true, Losses: 1, Rejects: 1},
		{Name: "people", Files: 1, Trusts: true, People: 1, Crashes: 1, Losses: 1},
		{Name: "people rev", Files: 2, Trusts: true, Numbers: true, Dates: true, People: 2, Rejects: 1},
		{Name: "restore", Files: 1, Trusts: true, Restores: 1, Losses: 1},
		{Name: "restore rev", Files: 2, Trusts: true, Restores: 1, Numbers: true, Dates: true, Rejects: 1},
		{Name: "second", Files: 1, Trusts: true, Second: true, Losses: 1, Crashes: 1, Rejects: 1},
	} {
		t.Run(w.Name, func(t *testing.T) {
			r, err := w.Search(1_000_000)
			t.Logf("%s: %d states %d moves %d forms %d calls %v %v %v\n%s", w.Name, r.States, r.Moves, r.Forms, r.Calls, r.Took, r.Broken, err, r.Story)
		})
	}
}
