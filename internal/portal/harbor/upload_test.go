package harbor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

func TestAccepted(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	v := b.file(good("INV-1"))
	if v.path != "/invoices/uploads/U-000001" {
		t.Fatalf("the upload led to %s", v.path)
	}
	if said := b.verdict(v.path); said != "Invoice INV-1 is being processed. This takes a moment." {
		t.Errorf("at once it says %q", said)
	}
	clock.pass(300 * time.Millisecond)
	want := "Invoice INV-1 is accepted. Your confirmation number is 730017."
	if said := b.verdict(v.path); said != want {
		t.Errorf("later it says %q", said)
	}
	var status struct {
		Status, Text string
		Done         bool
	}
	if err := json.Unmarshal([]byte(b.get(v.path+"/status").body), &status); err != nil {
		t.Fatal(err)
	}
	if status.Status != "Accepted" || status.Text != want || !status.Done {
		t.Errorf("the script is told %+v", status)
	}
}

func TestCountsFollowTheStatus(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	b.file(good("INV-1"))
	bad := good("INV-2")
	bad.matter = harbor.ClosedMatter
	b.file(bad)
	want := portal.InvoiceCount{Uploads: 1, Processing: 1}
	if got := counts(t, p); got.Invoices["INV-2"] != want || got.Processing != 2 {
		t.Errorf("at once: %+v", got)
	}
	clock.pass(time.Second)
	got := counts(t, p)
	if diff := cmp.Diff(map[string]portal.InvoiceCount{
		"INV-1": {Uploads: 1, Accepted: 1},
		"INV-2": {Uploads: 1, Refused: 1},
	}, got.Invoices); diff != "" {
		t.Error(diff)
	}
	if got.Uploads != 2 || got.Accepted != 1 || got.Refused != 1 || got.Duplicates != 0 {
		t.Errorf("later: %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *paper, line map[string]string)
		want   string
	}{
		{"closed matter", func(p *paper, l map[string]string) { p.matter, l["CLIENT_MATTER_ID"] = "4711", "4711" },
			"Matter 4711 is closed. Invoices can no longer be posted to it."},
		{"unknown matter", func(p *paper, l map[string]string) { p.matter, l["CLIENT_MATTER_ID"] = "NEW-9", "NEW-9" },
			`Unable to find a match for the matter number "NEW-9".`},
		{"other client", func(_ *paper, l map[string]string) { l["CLIENT_ID"] = "HARBOR-WC" },
			`The file's client "HARBOR-WC" is not the client "HARBOR-GL" that was chosen.`},
		{"unknown client", func(p *paper, l map[string]string) { p.client, l["CLIENT_ID"] = "ACME", "ACME" },
			`The file's client "ACME" is not the client "ACME" that was chosen.`},
		{"other matter", func(_ *paper, l map[string]string) { l["CLIENT_MATTER_ID"] = "CLM-1" },
			"The file's matter CLM-1 is not the matter CLM-20419 that was entered."},
		{"no firm", func(_ *paper, l map[string]string) { l["LAW_FIRM_ID"] = "" }, "Law Firm ID (TIN) is missing from the invoice file."},
		{"past due", func(_ *paper, l map[string]string) { l["INVOICE_DATE"] = "20241101" },
			"The invoice cannot be accepted as it is past due: its date is more than 730 days ago."},
		{"wrong sum", func(_ *paper, l map[string]string) { l["INVOICE_TOTAL"] = "1250.01" },
			"INVOICE_TOTAL 1,250.01 is not the sum of the line items, 1,250.00."},
		{"timekeeper", func(_ *paper, l map[string]string) { l["TIMEKEEPER_ID"] = harbor.UnapprovedTimekeeper },
			"Line 3: timekeeper TK-404 is not approved for this matter."},
		{"task code", func(_ *paper, l map[string]string) { l["LINE_ITEM_TASK_CODE"] = harbor.RefusedTask },
			"Line 3: task code X999 is not a UTBMS code."},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, clock := start(t)
			b := ada(t, p)
			sent := good("INV-1")
			line := sent.line()
			c.change(&sent, line)
			sent.file = ledesFile(line)
			v := b.file(sent)
			clock.pass(time.Second)
			if said := b.verdict(v.path); said != "Invoice INV-1 is rejected. "+c.want {
				t.Errorf("it says %q", said)
			}
			if got, want := counts(t, p).Invoices["INV-1"], (portal.InvoiceCount{Uploads: 1, Refused: 1}); got != want {
				t.Errorf("counted %+v", got)
			}
		})
	}
}

func TestSeveralMattersAreRefused(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	sent := good("INV-1")
	first, second := sent.line(), sent.line()
	first["INVOICE_TOTAL"], second["INVOICE_TOTAL"], second["CLIENT_MATTER_ID"] = "2500", "2500", "CLM-2"
	sent.file = ledesFile(first, second)
	v := b.file(sent)
	clock.pass(time.Second)
	if said := b.verdict(v.path); said != "Invoice INV-1 is rejected. Multi-matter invoices are not accepted." {
		t.Errorf("it says %q", said)
	}
}

func TestUnreadableFilesAreNotTakenIn(t *testing.T) {
	one, two := good("INV-1").line(), good("INV-2").line()
	for name, file := range map[string]string{
		"first line": "LEDES98BI V2[]\n",
		"no items":   "LEDES1998B[]\n" + names + "[]\n",
		"columns":    strings.Replace(ledesFile(one), "PARTNR|", "", 1),
		"end":        strings.TrimSuffix(ledesFile(one), "[]\n"),
		"two":        ledesFile(one, two),
		"amount":     strings.Replace(ledesFile(one), "1250.00", "1,250.00", 1),
		"date":       strings.Replace(ledesFile(one), "20261015", "2026-10-15", 1),
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := start(t)
			b := ada(t, p)
			sent := good("INV-1")
			sent.file = file
			if v := b.file(sent); !strings.Contains(v.body, `role="alert">We could not read the file: `) {
				t.Errorf("answered with %s", v.body)
			}
			if c := counts(t, p); c.Uploads != 0 || c.Unreadable != 1 {
				t.Errorf("counted %d uploads, %d unreadable", c.Uploads, c.Unreadable)
			}
		})
	}
}

func TestLargeUploadIsNotTakenIn(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	sent := good("INV-1")
	sent.file = strings.Repeat("x", 9<<20)
	if v, err := b.send(t.Context(), sent); err == nil && !strings.Contains(v.body, "did not arrive whole") {
		t.Errorf("answered with %d", v.status)
	}
	if c := counts(t, p); c.Uploads+c.Unreadable != 0 {
		t.Errorf("counted %+v", c)
	}
}

func TestDuplicateNamesWhoWhenAndWhere(t *testing.T) {
	p, clock := start(t)
	ada(t, p).file(good("INV-1"))
	clock.pass(time.Hour)
	ben := newBrowser(t, p.URL(), p.Pin())
	ben.login("ben.quay", "Slack-water-3")
	other := good("INV-1")
	other.matter = "CLM-7"
	v := ben.file(other)
	want := "Invoice INV-1 is refused as a duplicate. It was posted by Ada Moor on 11/02/2026 11:00:00 AM EST to matter CLM-20419."
	if said := ben.verdict(v.path); said != want {
		t.Errorf("it says %q", said)
	}
	if got, want := counts(t, p).Invoices["INV-1"], (portal.InvoiceCount{Uploads: 2, Accepted: 1, Refused: 1, Duplicate: 1, Again: 1}); got != want {
		t.Errorf("counted %+v", got)
	}
	if c := counts(t, p); c.Duplicates != 1 {
		t.Errorf("counted %d duplicates", c.Duplicates)
	}
}

func TestWhileProcessedItIsHeldAlready(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	bad := good("INV-1")
	bad.matter = harbor.ClosedMatter
	b.file(bad)
	if said := b.verdict(b.file(good("INV-1")).path); !strings.Contains(said, "refused as a duplicate") {
		t.Errorf("a second upload during the checks: %q", said)
	}
}

func TestRejectedMayBeSentAgain(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	bad := good("INV-1")
	bad.matter = harbor.ClosedMatter
	b.file(bad)
	clock.pass(time.Second)
	v := b.file(good("INV-1"))
	clock.pass(time.Second)
	if said := b.verdict(v.path); !strings.Contains(said, "is accepted") {
		t.Errorf("the mended invoice: %q", said)
	}
	if c := counts(t, p); c.Duplicates != 0 || c.Invoices["INV-1"] != (portal.InvoiceCount{Uploads: 2, Accepted: 1, Refused: 1}) {
		t.Errorf("counted %+v", c)
	}
}

func TestNumbersAreUniqueByFirm(t *testing.T) {
	p, clock := start(t)
	ada(t, p).file(good("INV-1"))
	cora := newBrowser(t, p.URL(), p.Pin())
	cora.login("cora.pier", "Spring-ebb-5")
	v := cora.file(good("INV-1"))
	clock.pass(time.Second)
	if said := cora.verdict(v.path); !strings.Contains(said, "is accepted") {
		t.Errorf("another firm's: %q", said)
	}
	if v := cora.get("/invoices/uploads/U-000001"); v.status != http.StatusNotFound {
		t.Errorf("another firm's result page: %d", v.status)
	}
	if c := counts(t, p); c.Duplicates != 0 || c.Invoices["INV-1"].Uploads != 2 {
		t.Errorf("counted %+v", c)
	}
}

func TestFiledByHand(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	var r portal.Record
	b.admin(http.MethodPost, "/admin/invoices",
		`{"firm":"Moor & Quay LLP","number":"INV-1","client":"HARBOR-GL","matter":"CLM-3","amount":"99.5","by":"Ben Quay","ago":"48h"}`, &r)
	if !r.Hand || r.Amount.String() != "99.50" || r.Confirmation == "" {
		t.Errorf("recorded %+v", r)
	}
	if v := b.get("/invoices?number=INV-1"); !strings.Contains(v.body, "10/31/2026 12:00:00 PM EDT") {
		t.Errorf("the history shows %s", v.body)
	}
	if said := b.verdict(b.file(good("INV-1")).path); !strings.Contains(said, "posted by Ben Quay on 10/31/2026 12:00:00 PM EDT to matter CLM-3") {
		t.Errorf("an upload of it: %q", said)
	}
	c := counts(t, p)
	if c.Uploads != 1 || c.ByHand != 1 || c.Duplicates != 0 {
		t.Errorf("counted %+v", c)
	}
}

func TestHistory(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	for i := range 12 {
		b.file(good(fmt.Sprintf("INV-1%02d", i)))
		clock.pass(time.Second)
	}
	bad := good("INV-9")
	bad.matter = harbor.ClosedMatter
	b.file(bad)
	b.file(good("INV-100")) // refused as a duplicate: never in the history
	clock.pass(time.Second)
	for _, c := range []struct {
		query, want string
		rows        int
		first       string
	}{
		{"", "Results for all numbers: 13 found, page 1 of 2", 10, "INV-9"},
		{"?page=2", "Results for all numbers: 13 found, page 2 of 2", 3, "INV-102"},
		{"?page=99", "Results for all numbers: 13 found, page 2 of 2", 3, "INV-102"},
		{"?number=inv-10", "Results for inv-10: 10 found, page 1 of 1", 10, "INV-109"},
		{"?number=INV-9", "Results for INV-9: 1 found, page 1 of 1", 1, "INV-9"},
		{"?number=INV-8", "Results for INV-8: 0 found, page 1 of 1", 0, ""},
		{"?number=%3Cb%3E", "Results for &lt;b&gt;: 0 found, page 1 of 1", 0, ""},
	} {
		body := b.get("/invoices" + c.query).body
		if !strings.Contains(body, c.want) {
			t.Errorf("%s: no %q in %s", c.query, c.want, body)
		}
		if n := strings.Count(body, `<td class="number">`); n != c.rows {
			t.Errorf("%s: %d rows, want %d", c.query, n, c.rows)
		}
		_, after, _ := strings.Cut(body, `<td class="number">`)
		if first, _, _ := strings.Cut(after, "<"); c.rows > 0 && first != c.first {
			t.Errorf("%s: the first row is %q, want %q", c.query, first, c.first)
		}
	}
	for _, want := range []string{"$1,250.00", "CLM-20419", "Ada Moor", "11/02/2026 11:00:00 AM EST", "730017"} {
		if body := b.get("/invoices?number=INV-100").body; !strings.Contains(body, want) {
			t.Errorf("the row lacks %q: %s", want, body)
		}
	}
	if body := b.get("/invoices?number=INV-9").body; !strings.Contains(body, "Matter 4711 is closed.") {
		t.Errorf("the rejected row has no reason: %s", body)
	}
}

// TestHalfAnUploadIsNotTakenIn cuts the connection in the middle of the file.
func TestHalfAnUploadIsNotTakenIn(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	var form strings.Builder
	if err := multipartForm(&form, "boundary", csrf(b.get("/invoices/new").body), good("INV-1")); err != nil {
		t.Fatal(err)
	}
	broken := io.MultiReader(strings.NewReader(form.String()[:form.Len()/2]), iotest.ErrReader(errors.New("cut")))
	header := http.Header{"Content-Type": {"multipart/form-data; boundary=boundary"}}
	if v, err := b.do(t.Context(), http.MethodPost, "/invoices/upload", header, broken); err == nil {
		t.Errorf("answered with %d", v.status)
	}
	if c := counts(t, p); c.Uploads+c.Unreadable != 0 {
		t.Errorf("counted %+v", c)
	}
	if v := b.file(good("INV-1")); v.path != "/invoices/uploads/U-000001" {
		t.Errorf("the whole of it led to %s", v.path)
	}
}
