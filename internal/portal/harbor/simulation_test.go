package harbor_test

import (
	"os"
	"strings"
	"testing"

	"example.com/lodge/internal/portal/harbor"
)

func TestSimulation(t *testing.T) {
	s := harbor.NewSimulation(t.Context(), t.TempDir())
	t.Cleanup(func() { _ = s.Close() })
	var url string
	for _, c := range []struct {
		name           string
		login          string // what the login ends in
		before, after  string // what the history tells of our number
		upload         string // what the upload is answered
		confirmed      bool
		commits        int
		skipsTheUpload bool
	}{
		{name: "accepted", login: "Welcome, Sim User", before: "12 found, page 1 of 2", upload: "Invoice INV-1 is accepted.", after: "13 found", confirmed: true, commits: 1},
		{name: "rejected", login: "Welcome", before: "12 found", upload: "is rejected. Matter 4711 is closed.", after: "13 found", commits: 1},
		{name: "duplicate", login: "Welcome", before: "12 found", upload: "refused as a duplicate. It was posted by Hand Filer", after: "12 found", confirmed: true, commits: 1},
		{name: "found", login: "Welcome", before: "13 found", confirmed: true, skipsTheUpload: true},
		{name: "nothing-found", login: "Welcome", before: "12 found", upload: "is accepted.", after: "12 found", confirmed: true, commits: 1},
		{name: "processing", login: "Welcome", before: "12 found", upload: "is being processed.", after: "13 found", confirmed: true, commits: 1},
		{name: "unreadable", login: "Welcome", before: "12 found", upload: "Meet the new Harbor Vendor Experience", after: "13 found", confirmed: true, commits: 1},
		{name: "bad-password", login: "The user name or password is not right.", skipsTheUpload: true},
		{name: "down", login: "Service unavailable", skipsTheUpload: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := s.Scenario(c.name); err != nil {
				t.Fatal(err)
			}
			if url == "" {
				url = s.URL()
			}
			if s.URL() != url {
				t.Errorf("the address moved from %s to %s", url, s.URL())
			}
			b := newBrowser(t, s.URL(), s.Pins()[0])
			secrets := s.Secrets()
			expect(t, "login", b.login(secrets["username"], secrets["password"]).body, c.login)
			if c.before != "" {
				expect(t, "history", b.get("/invoices?number=INV-1").body, c.before)
			}
			if !c.skipsTheUpload {
				inv := s.Invoice()
				file, err := os.ReadFile(inv.Path)
				if err != nil {
					t.Fatal(err)
				}
				s.Allow()
				expect(t, "upload", unescape(b.file(paper{number: inv.Number, matter: inv.ClientMatter, client: inv.ClientID, file: string(file)}).body), c.upload)
				expect(t, "history after it", b.get("/invoices?number=INV-1").body, c.after)
			}
			if s.Commits() != c.commits || s.Early() || (s.Confirmation() != "") != c.confirmed {
				t.Errorf("%d commits, early %v, confirmation %q", s.Commits(), s.Early(), s.Confirmation())
			}
		})
	}
}

func expect(t *testing.T, where, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("%s: no %q in %s", where, want, got)
	}
}

func TestSimulationSeesAnEarlyUpload(t *testing.T) {
	s := harbor.NewSimulation(t.Context(), t.TempDir())
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Scenario("accepted"); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, s.URL(), s.Pins()[0])
	b.login(s.Secrets()["username"], s.Secrets()["password"])
	b.file(good("INV-1"))
	s.Allow()
	if !s.Early() || s.Commits() != 1 {
		t.Errorf("early %v, %d commits", s.Early(), s.Commits())
	}
	if err := s.Scenario("earthquake"); err == nil || !strings.Contains(err.Error(), "accepted, bad-password") {
		t.Errorf("got %v", err)
	}
}
