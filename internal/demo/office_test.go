package demo

import (
	"testing"

	"example.com/lodge/internal/portal/harbor"
)

func TestOfficeFilesOnce(t *testing.T) {
	dir := t.TempDir()
	p, err := harbor.Start(t.Context(), harbor.Defaults(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	o, err := NewOffice(p.URL(), dir)
	if err != nil {
		t.Fatal(err)
	}
	inv := ByHand(day)
	for range 2 {
		if err := o.FileByHand(t.Context(), inv); err != nil {
			t.Fatal(err)
		}
	}
	c, err := o.Counts(t.Context())
	if err != nil || c.ByHand != 1 || c.Uploads != 0 || c.Invoices[inv.Number].ByHand != 1 {
		t.Errorf("counts %+v, %v; want it filed by hand once", c, err)
	}
	found := p.Book().Search(Firm, inv.Number)
	if len(found) != 1 || found[0].Amount.String() == "0.00" || found[0].Matter != inv.ClientMatter {
		t.Errorf("the history shows %+v", found)
	}
}

// Another server at the portal's address is not believed.
func TestOfficeTrustsItsPortalOnly(t *testing.T) {
	p, err := harbor.Start(t.Context(), harbor.Defaults(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	other := t.TempDir()
	q, err := harbor.Start(t.Context(), harbor.Defaults(other))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = q.Close() }()
	o, err := NewOffice(p.URL(), other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Counts(t.Context()); err == nil {
		t.Error("the office believed a server with another certificate")
	}
}
