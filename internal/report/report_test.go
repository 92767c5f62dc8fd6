package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

var october = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// options are of October, made at its end, at a carrier that refuses 10 days
// after an invoice's date.
func options() Options {
	return Options{
		From: october, To: october.AddDate(0, 1, 0), At: october.AddDate(0, 1, 0), Minutes: 3,
		Title:   func(name string) string { return "The " + name },
		Refuses: func(s ledger.Summary) time.Time { return s.Date.AddDate(0, 0, 10) },
	}
}

// one is an invoice of 100.01 that arrived on a day of October, dated that day.
func one(number string, state submission.State, day int) ledger.Summary {
	at := october.AddDate(0, 0, day-1)
	return ledger.Summary{ID: number, Carrier: "harbor", Account: "acme", Invoice: number, State: state, Date: at, Total: ledes.Cents(10_001),
		ArrivedAt: at.Add(9 * time.Hour), Since: at.Add(12 * time.Hour)}
}

// sent is one that was sent so many hours after it arrived.
func sent(number string, state submission.State, day, hours int) ledger.Summary {
	s := one(number, state, day)
	s.Sends, s.SentAt = 1, s.ArrivedAt.Add(time.Duration(hours)*time.Hour)
	s.Since = s.SentAt.Add(time.Hour)
	return s
}

func amount(n int) Amount { return Amount{n, ledes.Cents(int64(10_001 * n))} }

func TestFigures(t *testing.T) {
	found := one("7", submission.Accepted, 3)
	found.Found = true
	list := []ledger.Summary{
		sent("1", submission.Accepted, 1, 1), sent("2", submission.Accepted, 1, 3), sent("3", submission.Submitted, 2, 2),
		sent("4", submission.Accepted, 2, 10*24), // dated the 2nd, refused from the 12th, 00:00; sent on the 12th
		sent("5", submission.Rejected, 25, 1), sent("6", submission.Rejected, 5, 1), found,
		one("8", submission.Accepted, 3), // by a person's word
		one("9", submission.Ready, 30), one("10", submission.NeedsPerson, 20), one("11", submission.Cancelled, 1), one("12", submission.Superseded, 1),
	}
	r := Make(list, options())
	want := Figures{
		Arrived: amount(11), Filed: amount(4), Found: amount(1), ByHand: amount(1), Rejected: amount(2), Waiting: amount(2), Withdrawn: amount(1),
		Accepted: amount(5), LateFiled: amount(1), Overdue: amount(2),
		ToFiled: Span{4, 2 * time.Hour, 240 * time.Hour}, ToAccepted: Span{3, 4 * time.Hour, 241 * time.Hour}, Saved: 12 * time.Minute,
	}
	if diff := cmp.Diff(want, r.All); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if r.Replaced != 1 || len(r.Lines) != 12 {
		t.Errorf("%d replaced, %d lines", r.Replaced, len(r.Lines))
	}
	var late []string
	for _, l := range r.Late {
		late = append(late, l.Invoice)
	}
	if diff := cmp.Diff([]string{"4", "6", "10"}, late); diff != "" {
		t.Errorf("late (-want +got):\n%s", diff)
	}
}

// TestOneOutcomeEach: whatever the ledger holds, each invoice is in exactly one
// column, and the columns and the carriers add up to the whole, to the cent.
func TestOneOutcomeEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []ledger.Summary
		for i := range rapid.IntRange(0, 40).Draw(t, "n") {
			s := sent(fmt.Sprint(i), rapid.SampledFrom(submission.States()).Draw(t, "state"), rapid.IntRange(1, 31).Draw(t, "day"), 1)
			s.Carrier, s.Account = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "carrier"), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "account")
			s.Found, s.Sends = rapid.Bool().Draw(t, "found"), rapid.IntRange(0, 2).Draw(t, "sends")
			s.Total = ledes.Cents(rapid.Int64Range(-100_000, 1e9).Draw(t, "total"))
			s.Needs, s.Alike = rapid.SampledFrom([]string{"", "biller"}).Draw(t, "needs"), rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "words")
			list = append(list, s)
		}
		r := Make(list, options())
		adds(t, r.All)
		var carriers, reasons, waits Amount
		for _, c := range r.Carriers {
			adds(t, c.Figures)
			var accounts Amount
			for _, a := range c.Accounts {
				adds(t, a.Figures)
				accounts = plus(accounts, a.Arrived)
			}
			same(t, "the accounts of "+c.Carrier, accounts, c.Arrived)
			carriers = plus(carriers, c.Arrived)
		}
		for _, reason := range r.Reasons {
			reasons = plus(reasons, reason.Amount)
		}
		for _, w := range r.Waiting {
			waits = plus(waits, w.Amount)
		}
		same(t, "the carriers", carriers, r.All.Arrived)
		same(t, "the reasons", reasons, r.All.Rejected)
		same(t, "what waits", waits, r.All.Waiting)
		if r.All.Arrived.N+r.Replaced != len(list) || len(r.Lines) != len(list) {
			t.Errorf("%d invoices, %d arrived, %d replaced, %d lines", len(list), r.All.Arrived.N, r.Replaced, len(r.Lines))
		}
	})
}

func plus(a, b Amount) Amount { return Amount{a.N + b.N, a.Sum.Add(b.Sum)} }

func adds(t *rapid.T, f Figures) {
	sum := Amount{}
	for _, a := range []Amount{f.Filed, f.Found, f.ByHand, f.Rejected, f.Waiting, f.Withdrawn} {
		sum = plus(sum, a)
	}
	same(t, "the columns", sum, f.Arrived)
}

func same(t *rapid.T, what string, got, want Amount) {
	if got != want {
		t.Errorf("%s add up to %v, want %v", what, got, want)
	}
}

func TestSpan(t *testing.T) {
	for n := 1; n < 60; n++ {
		var list []time.Duration
		for i := range n {
			list = append(list, time.Duration((i*7+3)%n+1)) // 1 to n, or some of them more than once
		}
		got := span(slices.Clone(list))
		for _, c := range []struct {
			percent int
			got     time.Duration
		}{{50, got.Median}, {95, got.P95}} {
			reached := 0
			for _, d := range list {
				if d <= c.got {
					reached++
				}
			}
			below := 0
			for _, d := range list {
				if d < c.got {
					below++
				}
			}
			if reached*100 < c.percent*n || below*100 >= c.percent*n || !slices.Contains(list, c.got) {
				t.Errorf("%d of 100 of %v: %d", c.percent, list, c.got)
			}
		}
	}
	if got := span(nil); got != (Span{}) {
		t.Errorf("of nothing: %v", got)
	}
}

// hostile are words that break out of what is put together from strings.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script>x</script>`, `'); alert(1); ('`, `&lt;b&gt;`, `javascript:alert(1)`,
		`=HYPERLINK("http://evil.example","x")`, `+1+1`, `-2+3`, `@SUM(A1)`, "\tTAB", "\r=1", "a,b\"c\nd", "日本語", "Müller & Söhne", "＝1+1", `{{.All}}`, "</title>",
	}
}

func hostileReport() Report {
	var list []ledger.Summary
	for i, words := range hostile() {
		s := sent(words, submission.Rejected, 1, 1)
		s.Account, s.Carrier, s.Text, s.Alike, s.Matter, s.Confirmation, s.Object = words, words, words, words, words, words, words
		s.Total = ledes.Cents(int64(-i))
		list = append(list, s)
	}
	o := options()
	o.Title, o.Account = func(s string) string { return s }, hostile()[0]
	return Make(list, o)
}

// TestHTMLIsInert: whatever carriers say stays text, and the page needs and asks
// for nothing from anywhere.
func TestHTMLIsInert(t *testing.T) {
	var b bytes.Buffer
	if err := hostileReport().HTML(&b); err != nil {
		t.Fatal(err)
	}
	_, style, _ := strings.Cut(b.String(), "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	allowed := strings.Fields("html head meta title style body main header h1 h2 p strong section div b span svg rect ul li table caption thead tbody tr th td " +
		"dl dt dd")
	var text strings.Builder
	tokens := html.NewTokenizer(&b)
	styles := 0
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		token := tokens.Token()
		switch kind {
		case html.TextToken:
			text.WriteString(token.Data + "\n")
		case html.StartTagToken, html.SelfClosingTagToken:
			if !slices.Contains(allowed, token.Data) {
				t.Errorf("the page has a %s", token.Data)
			}
			if token.Data == "style" {
				styles++
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || slices.Contains([]string{"src", "href", "style", "action", "xlink:href"}, a.Key) {
					t.Errorf("%s has %s=%q", token.Data, a.Key, a.Val)
				}
			}
		}
	}
	if styles != 1 {
		t.Errorf("%d styles", styles)
	}
	got := text.String()
	for _, words := range hostile() {
		if !strings.Contains(got, strings.ReplaceAll(words, "\r", "\n")) {
			t.Errorf("%q is not there as it was said", words)
		}
	}
	for _, reach := range []string{"url(", "@import", "//"} {
		if strings.Contains(style, reach) {
			t.Errorf("the style has %s", reach)
		}
	}
}

// TestHTMLShows: a small month reads as it should.
func TestHTMLShows(t *testing.T) {
	rejected := sent("3", submission.Rejected, 28, 2)
	rejected.Alike = "Matter 4711 is closed."
	late := sent("2", submission.Accepted, 2, 10*24)
	var b bytes.Buffer
	if err := Make([]ledger.Summary{sent("1", submission.Accepted, 1, 1), late, rejected}, options()).HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"<title>Invoices of October 2026</title>", "from 1 October to 31 October 2026 (UTC)", "2 of 3 invoices are with the carriers", "200.02 of 300.03",
		"1 was filed late.", "66.7%", "Matter 4711 is closed.", "The harbor", `aria-label="2 filed, 1 rejected"`, "2 filed × 3 minutes",
	} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("it does not say %q", words)
		}
	}
	b.Reset()
	if err := Make(nil, options()).HTML(&b); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}

// TestCSV: every line is one invoice with all facts, and no text is a formula.
func TestCSV(t *testing.T) {
	r := hostileReport()
	var b bytes.Buffer
	if err := r.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(b.Bytes()) || strings.Contains(strings.ReplaceAll(b.String(), "\r\n", ""), "\ufeff") || !strings.HasSuffix(b.String(), "\r\n") {
		t.Error("it is not UTF-8 with lines that end in CR LF")
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(hostile()) || len(rows[0]) != len(columns()) {
		t.Fatalf("%d rows of %d columns", len(rows), len(rows[0]))
	}
	for i, words := range hostile() {
		row := map[string]string{}
		for j, name := range columns() {
			row[name] = rows[i+1][j]
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "").Replace(words) // encoding/csv writes and reads line ends so
		for _, name := range []string{"carrier", "account", "invoice", "matter", "confirmation", "carrier_words", "file"} {
			if got := row[name]; strings.TrimPrefix(got, "'") != want && got != words {
				t.Errorf("%s of %q is %q", name, words, got)
			}
			if strings.ContainsAny(row[name][:1], "=+-@\t\r") || strings.HasPrefix(row[name], "＝") {
				t.Errorf("%s is a formula: %q", name, row[name])
			}
		}
		if i > 0 && row["amount"] != fmt.Sprintf("-0.%02d", i) {
			t.Errorf("amount is %q", row["amount"])
		}
		if row["invoice_date"] != "2026-10-01" || row["arrived_at"] != "2026-10-01T09:00:00Z" || row["late"] != "true" || row["outcome"] != "rejected" {
			t.Errorf("facts: %v", row)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Grouped(0), "0"}, {Grouped(999), "999"}, {Grouped(1000), "1,000"}, {Grouped(-1_234_567), "-1,234,567"},
		{Money(ledes.Cents(123_456_789)), "1,234,567.89"}, {Money(ledes.Cents(-7)), "-0.07"},
		{Took(40 * time.Second), "40 s"}, {Took(90 * time.Second), "1 min"}, {Took(125 * time.Minute), "2 h 5 min"}, {Took(50 * time.Hour), "2 d 2 h"},
		{Hours(12 * time.Minute), "0.2"}, {Hours(95*time.Hour + 40*time.Minute), "96"}, {Hours(0), "0"}, {Minutes(2.5), "2.5"},
		{percent(1999, 2000), ">99.9%"}, {percent(1, 3), "33.3%"}, {percent(19999, 20000), ">99.9%"}, {percent(0, 5), "0%"}, {percent(5, 5), "100%"}, {percent(1, 5000), "<0.1%"},
		{inert("'=1"), "'=1"}, {inert("=1"), "'=1"}, {inert(""), ""}, {inert("a=1"), "a=1"}, {inert("＋1"), "'＋1"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
