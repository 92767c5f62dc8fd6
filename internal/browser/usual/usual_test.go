package usual

import (
	"os"
	"strings"
	"testing"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/ledes"
)

// Each file has a login of its own and arrives once; one that is refused is an
// error, so that no figure rests on it.
func TestFile(t *testing.T) {
	o := harbor.Defaults(t.TempDir())
	p, err := harbor.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	list, err := scene.Papers(t.TempDir(), "USU", 3, func(i int, inv *ledes.Invoice) {
		if i == 2 {
			inv.Lines[0].Timekeeper.ID = harbor.UnapprovedTimekeeper
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	job := bench.Job{
		Portal: p.URL(), Pin: p.Pin(), User: o.Users[0].Name, Password: o.Users[0].Password,
		Invoices: list, Pictures: t.TempDir(),
	}
	if err := File(t.Context(), Exe, job); err == nil || !strings.Contains(err.Error(), "is rejected") {
		t.Errorf("got %v; want the portal's refusal of the last", err)
	}
	c := p.Counts()
	if c.Accepted != 2 || c.Refused != 1 || c.Duplicates != 0 || c.Logins != 3 || c.Tracker == 0 {
		t.Errorf("the portal counts %+v", c)
	}
	if pictures, err := os.ReadDir(job.Pictures); err != nil || len(pictures) != 2 {
		t.Errorf("%d pictures, %v", len(pictures), err)
	}
}
