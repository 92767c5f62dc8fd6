package floor

import (
	"strings"
	"testing"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/ledes"
)

// start is a portal without delays, and a job of n invoices for it.
func start(t *testing.T, n int, spoil func(int, *ledes.Invoice)) (*portal.Server, bench.Job) {
	t.Helper()
	o := harbor.Defaults(t.TempDir())
	o.Latency, o.Tracker = 0, 0
	p, err := harbor.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	list, err := scene.Papers(t.TempDir(), "FLO", n, spoil)
	if err != nil {
		t.Fatal(err)
	}
	return p, bench.Job{Portal: p.URL(), Pin: p.Pin(), User: o.Users[0].Name, Password: o.Users[0].Password, Invoices: list}
}

// Each invoice arrives once, accepted, and in one session; the third party is
// not asked.
func TestFile(t *testing.T) {
	p, job := start(t, 3, nil)
	if err := File(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	c := p.Counts()
	if c.Accepted != 3 || c.Uploads != 3 || c.Duplicates != 0 || c.Logins != 1 || c.Tracker != 0 {
		t.Errorf("the portal counts %+v", c)
	}
	for _, inv := range job.Invoices {
		if c.Invoices[inv.Number].Accepted != 1 {
			t.Errorf("%s: %+v", inv.Number, c.Invoices[inv.Number])
		}
	}
	before := c.Uploads
	if err := File(t.Context(), job); err == nil || !strings.Contains(err.Error(), "has it already") {
		t.Errorf("a second time: %v", err)
	}
	if after := p.Counts().Uploads; after != before {
		t.Errorf("it filed what the portal had: %d, then %d uploads", before, after)
	}
}

// What is not filed as it should be is an error, so that no figure rests on it.
func TestFileTellsWhatWentWrong(t *testing.T) {
	closed := func(_ int, inv *ledes.Invoice) {
		inv.ClientMatter = harbor.ClosedMatter
		for i := range inv.Lines {
			inv.Lines[i].ClientMatter = harbor.ClosedMatter
		}
	}
	for _, c := range []struct {
		want  string
		spoil func(int, *ledes.Invoice)
		job   func(*bench.Job)
		fault portal.Fault
	}{
		{want: "matter 4711 is closed", spoil: closed},
		{want: "ended at /login", job: func(j *bench.Job) { j.Password = "wrong" }},
		{want: "not the pinned", job: func(j *bench.Job) { j.Pin = "other" }},
		{want: "no such file", job: func(j *bench.Job) { j.Invoices[0].Path += ".gone" }},
		{want: "503", fault: portal.Fault{What: portal.Down, At: portal.UploadPage}},
		{want: "ended at /login", fault: portal.Fault{What: portal.LoggedOut}},
		{want: "the history shows it as []", fault: portal.Fault{What: portal.Lag, For: portal.Duration(1 << 40)}},
		{want: "does not show the history", fault: portal.Fault{What: portal.Unknown, At: portal.History}},
	} {
		p, job := start(t, 1, c.spoil)
		if c.job != nil {
			c.job(&job)
		}
		if c.fault.What != "" {
			if _, err := p.Faults().Add(c.fault); err != nil {
				t.Fatal(err)
			}
		}
		if err := File(t.Context(), job); err == nil || !strings.Contains(strings.ToLower(err.Error()), c.want) {
			t.Errorf("got %v; want %q", err, c.want)
		}
	}
}
