package harbor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/portal"
)

// add switches faults on over HTTP.
func (b *browser) add(faults string) []portal.Fault {
	b.t.Helper()
	var on []portal.Fault
	b.admin(http.MethodPost, "/admin/faults", faults, &on)
	return on
}

// TestFaultsBeforeTakingIn has each fault meet one upload that must not count,
// and lets the next one through.
func TestFaultsBeforeTakingIn(t *testing.T) {
	for _, c := range []struct {
		fault string
		check func(v view, err error) bool
	}{
		{`{"what":"down","at":"upload","next":1}`, saw(503, "Service unavailable")},
		{`{"what":"maintenance","at":"upload","next":1}`, saw(200, "Scheduled maintenance")},
		{`{"what":"unknown","at":"upload","next":1}`, saw(200, "Meet the new Harbor Vendor Experience")},
		{`{"what":"broken","next":1}`, saw(500, "Something went wrong")},
		{`{"what":"reset","next":1}`, failed},
		{`{"what":"elsewhere","at":"upload","next":1}`, failed}, // to a host that does not exist
		{`{"what":"logged-out","next":1}`, saw(200, "Your session has ended.")},
	} {
		t.Run(c.fault, func(t *testing.T) {
			p, _ := start(t)
			b := ada(t, p)
			b.add(c.fault)
			if v, err := b.send(t.Context(), good("INV-1")); !c.check(v, err) {
				t.Errorf("got %+v, %v", v, err)
			}
			if got := counts(t, p); got.Uploads != 0 {
				t.Errorf("counted %d uploads", got.Uploads)
			}
			b = ada(t, p)
			if v := b.file(good("INV-1")); v.path != "/invoices/uploads/U-000001" {
				t.Errorf("once the fault is used up: %s", v.path)
			}
		})
	}
}

// TestFaultsAfterTakingIn has each fault meet one upload that must count.
func TestFaultsAfterTakingIn(t *testing.T) {
	for _, c := range []struct {
		fault string
		check func(v view, err error) bool
	}{
		{`{"what":"reset-after","next":1}`, func(_ view, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{`{"what":"close-after","next":1}`, func(_ view, err error) bool { return errors.Is(err, io.EOF) }},
		{`{"what":"timeout-after","next":1}`, saw(408, "")},
		{`{"what":"broken-after","next":1}`, saw(500, "Something went wrong")},
		{`{"what":"unknown-after","next":1}`, saw(200, "Meet the new Harbor Vendor Experience")},
		{`{"what":"elsewhere-after","next":1}`, failed},
		{`{"what":"elsewhere-after","next":1,"to":"/invoices","status":303}`, saw(200, "1 found")},
		{`{"what":"hang-after","next":1,"for":"20ms"}`, saw(200, "is being processed")},
	} {
		t.Run(c.fault, func(t *testing.T) {
			p, _ := start(t)
			b := ada(t, p)
			b.add(c.fault)
			if v, err := b.send(t.Context(), good("INV-1")); !c.check(v, err) {
				t.Errorf("got %+v, %v", v, err)
			}
			if got := counts(t, p).Invoices["INV-1"].Uploads; got != 1 {
				t.Errorf("counted %d uploads", got)
			}
			if v := b.file(good("INV-2")); v.path != "/invoices/uploads/U-000002" {
				t.Errorf("once the fault is used up: %s", v.path)
			}
		})
	}
}

func saw(status int, text string) func(view, error) bool {
	return func(v view, err error) bool {
		return err == nil && v.status == status && strings.Contains(v.body, text)
	}
}

func failed(_ view, err error) bool { return err != nil }

// TestSendAgainAfter307 has the browser post its upload a second time, as
// browsers do: both count.
func TestSendAgainAfter307(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	b.add(`{"what":"elsewhere-after","next":1,"to":"/invoices/upload","status":307}`)
	v := b.file(good("INV-1"))
	if said := b.verdict(v.path); !strings.Contains(said, "refused as a duplicate") {
		t.Errorf("the second: %q", said)
	}
	if c := counts(t, p); c.Invoices["INV-1"].Uploads != 2 || c.Duplicates != 1 {
		t.Errorf("counted %+v", c)
	}
}

// A request that hangs ends with its client: campaigns wait for that.
func TestHangs(t *testing.T) {
	for what, uploads := range map[portal.What]int{portal.Hang: 0, portal.HangAfter: 1} {
		t.Run(string(what), func(t *testing.T) {
			uploaded := make(chan struct{}, 1)
			p, _ := start(t, func(o *portal.Options) {
				o.Watch = func(place portal.Place) func() {
					return func() {
						if place == portal.Upload {
							uploaded <- struct{}{}
						}
					}
				}
			})
			b := ada(t, p)
			b.add(fmt.Sprintf(`{"what":%q}`, what))
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			if _, err := b.send(ctx, good("INV-1")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			select {
			case <-uploaded:
			case <-time.After(10 * time.Second):
				t.Error("the request hangs on without its client")
			}
			if got := counts(t, p).Uploads; got != uploads {
				t.Errorf("counted %d uploads, want %d", got, uploads)
			}
			begun := time.Now()
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if d := time.Since(begun); d > 4*time.Second {
				t.Errorf("closing took %v: something still hangs", d)
			}
		})
	}
}

func TestSlow(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	b.add(`{"what":"slow","at":"history","for":"120ms","next":1}`)
	begun := time.Now()
	b.get("/invoices")
	if d := time.Since(begun); d < 120*time.Millisecond {
		t.Errorf("answered after %v", d)
	}
}

func TestLatency(t *testing.T) {
	p, _ := start(t, func(o *portal.Options) { o.Latency = 60 * time.Millisecond })
	begun := time.Now()
	newBrowser(t, p.URL(), p.Pin()).get("/")
	if d := time.Since(begun); d < 60*time.Millisecond {
		t.Errorf("answered after %v", d)
	}
}

func TestRedesignedPages(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	b.add(`[{"what":"changed"},{"what":"changed","at":"upload-page"}]`)
	if body := b.get("/invoices/new").body; strings.Contains(body, `id="upload"`) {
		t.Errorf("the upload page is as ever: %s", body)
	}
	if body := newBrowser(t, p.URL(), p.Pin()).get("/login").body; strings.Contains(body, `id="username"`) {
		t.Errorf("the login page is as ever: %s", body)
	}
}

func TestDialog(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	b.add(`{"what":"dialog"}`)
	body := b.get("/invoices/new").body
	if !strings.Contains(body, `<script>alert(`) || !strings.Contains(body, `id="upload"`) {
		t.Errorf("got %s", body)
	}
	if body := b.get("/invoices").body; strings.Contains(body, "alert(") {
		t.Error("another page opens the dialog too")
	}
}

func longSessions(o *portal.Options) { o.Idle = 24 * time.Hour }

func TestHistoryLags(t *testing.T) {
	p, clock := start(t, longSessions)
	b := ada(t, p)
	b.add(`{"what":"lag","for":"1h"}`)
	v := b.file(good("INV-1"))
	clock.pass(time.Hour - time.Second)
	if said := b.verdict(v.path); !strings.Contains(said, "is accepted") {
		t.Errorf("its own page says %q", said)
	}
	if body := b.get("/invoices").body; !strings.Contains(body, "0 found") {
		t.Errorf("it shows before its time: %s", body)
	}
	clock.pass(time.Second)
	if body := b.get("/invoices").body; !strings.Contains(body, "1 found") {
		t.Errorf("it does not show in time: %s", body)
	}
}

func TestUnconfirmed(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	b.add(`{"what":"unconfirmed","invoice":"INV-1"}`)
	b.file(good("INV-1"))
	b.file(good("INV-2"))
	clock.pass(time.Second)
	body := b.get("/invoices").body
	if strings.Contains(body, "730017") || !strings.Contains(body, "730034") {
		t.Errorf("got %s", body)
	}
}

func TestAcceptedLateAndRejectedLate(t *testing.T) {
	p, clock := start(t, longSessions)
	b := ada(t, p)
	b.add(`[{"what":"late","for":"10m","next":1},{"what":"rejected-late","for":"1h","next":1}]`)
	v := b.file(good("INV-1"))
	for _, c := range []struct {
		pass  time.Duration
		want  string
		count portal.InvoiceCount
	}{
		{10 * time.Minute, "is being processed", portal.InvoiceCount{Uploads: 1, Processing: 1}},
		{time.Second, "is accepted", portal.InvoiceCount{Uploads: 1, Accepted: 1}},
		{time.Hour, "is rejected. Withdrawn after review", portal.InvoiceCount{Uploads: 1, Refused: 1}},
	} {
		clock.pass(c.pass)
		if said := b.verdict(v.path); !strings.Contains(said, c.want) {
			t.Errorf("it says %q, want %q", said, c.want)
		}
		if got := counts(t, p).Invoices["INV-1"]; got != c.count {
			t.Errorf("counted %+v, want %+v", got, c.count)
		}
	}
	if said := b.verdict(b.file(good("INV-1")).path); !strings.Contains(said, "is being processed") {
		t.Errorf("sent again after the late rejection: %q", said)
	}
}

func TestFaultsMeetOnlyWhatTheyShould(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	ben := newBrowser(t, p.URL(), p.Pin())
	ben.login("ben.quay", "Slack-water-3")

	b.add(`{"what":"down","user":"ben.quay"}`)
	if ben.get("/dashboard").status != 503 || b.get("/dashboard").status != 200 || b.get("/login").status != 200 {
		t.Error("a fault of one user's meets others")
	}
	if ben.get("/static/app.css").status != 200 {
		t.Error("a fault at every page meets assets")
	}
	p.Faults().Clear()

	second := ada(t, p) // another session of the same user
	var id string
	for _, s := range p.Door().Sessions() {
		if s.User.Name == "ben.quay" {
			id = s.ID
		}
	}
	b.add(fmt.Sprintf(`{"what":"down","session":%q}`, id))
	if ben.get("/dashboard").status != 503 || second.get("/dashboard").status != 200 {
		t.Error("a fault of one session's meets others")
	}
	p.Faults().Clear()

	b.add(`{"what":"broken-after","invoice":"INV-2","next":1}`)
	if v := b.file(good("INV-1")); v.status != 200 {
		t.Errorf("a fault of one invoice's meets another: %d", v.status)
	}
	if v := b.file(good("INV-2")); v.status != 500 {
		t.Errorf("a fault misses its invoice: %d", v.status)
	}
	if on := p.Faults().On(); len(on) != 0 {
		t.Errorf("still on: %+v", on)
	}
}

func TestImpossibleFaultsAreRefused(t *testing.T) {
	p, _ := start(t)
	for _, f := range []portal.Fault{
		{What: "earthquake"},
		{What: portal.Down, Invoice: "INV-1"},
		{What: portal.Lag, At: portal.Login},
		{What: portal.Down, Next: -1},
		{What: portal.Down, At: "uplaod"},
	} {
		if _, err := p.Faults().Add(portal.Fault{What: portal.Slow}, f); err == nil {
			t.Errorf("%+v was taken", f)
		}
		if on := p.Faults().On(); len(on) != 0 {
			t.Errorf("%+v left %+v on", f, on)
		}
	}
}

func TestAddLeavesItsFaultsAsTheyAre(t *testing.T) {
	p, _ := start(t)
	faults := []portal.Fault{{What: portal.ResetAfter, Next: 1}}
	for range 2 {
		if _, err := p.Faults().Add(faults...); err != nil || faults[0] != (portal.Fault{What: portal.ResetAfter, Next: 1}) {
			t.Errorf("%+v, %v", faults, err)
		}
	}
}

func TestMisspeltConditionIsRefused(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	v, err := b.do(t.Context(), http.MethodPost, "/admin/faults", nil, strings.NewReader(`{"what":"down","usr":"ben.quay"}`))
	if err != nil || v.status != http.StatusBadRequest || len(p.Faults().On()) != 0 {
		t.Errorf("%d %s, %v", v.status, v.body, err)
	}
}

// TestPagesCannotReachTheAdminPages sends what a browser sends for a page.
func TestPagesCannotReachTheAdminPages(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	const fault = `{"what":"down"}`
	for _, c := range []struct {
		method, path string
		header       http.Header
		want         int
	}{
		{"GET", "/admin", nil, 200},
		{"GET", "/admin", http.Header{"Sec-Fetch-Site": {"none"}, "Sec-Fetch-Mode": {"navigate"}}, 200},
		{"GET", "/admin/counts", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"cors"}}, 403},
		{"POST", "/admin/faults", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"cors"}}, 403},
		{"POST", "/admin/faults", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, 403},
		{"POST", "/admin/faults", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"POST", "/admin/faults", nil, 200},
	} {
		v, err := b.do(t.Context(), c.method, c.path, c.header, strings.NewReader(fault))
		if err != nil || v.status != c.want {
			t.Errorf("%s %s %v: %d, %v; want %d", c.method, c.path, c.header, v.status, err, c.want)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL()+"/admin/counts", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "rebound.example"
	answer, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _ = answer.Body.Close(); answer.StatusCode != 403 {
		t.Errorf("under another name: %d", answer.StatusCode)
	}
	if v := b.get("/admin"); v.status != 200 {
		t.Errorf("the fault %s closes the admin page: %d", fault, v.status)
	}
}
