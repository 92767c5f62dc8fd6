package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// filled gives the world a ledger with one invoice for each of revs.
func (w *world) filled(revs ...submission.Revision) *ledger.Ledger {
	w.t.Helper()
	w.settings("")
	w.environ = append(w.environ, "LODGE_SECRET_FIRM_HARBOR_USERNAME=ada.moor", "LODGE_SECRET_FIRM_HARBOR_PASSWORD=harbor-lights")
	w.config = w.dir + "/lodge.yaml"
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.MakeFolders(); err != nil {
		w.t.Fatal(err)
	}
	engine, err := sqlite.Open(w.t.Context(), c.Ledger())
	if err != nil {
		w.t.Fatal(err)
	}
	l := ledger.New(engine, clock.System{}, holder.Dir(c.Owners()), submission.Limits{})
	w.t.Cleanup(func() { _ = l.Close() })
	for i, r := range revs {
		s := invoiced("firm-harbor", fmt.Sprintf("INV-%04d", i+1), r)
		s.UpdatedAt = time.Now().Add(-73*time.Hour - time.Duration(i)*time.Second) // "3 days" whenever the test runs
		if err := engine.Store(w.t.Context(), s, []submission.Entry{{Seq: 1, To: r.State, Event: submission.Event{
			Kind: submission.Arrived, Actor: submission.ByIntake, Revision: 1, At: noon, Arrival: &s.Revisions[0]}}}); err != nil {
			w.t.Fatal(err)
		}
	}
	return l
}

// invoiced is a submission of one revision.
func invoiced(account, number string, r submission.Revision) submission.Submission {
	key := submission.Key{Account: account, LawFirmID: "43-2987655", ClientID: "HARBOR-GL", Number: number}
	r.Number, r.Total, r.Date = 1, ledes.Cents(125050), noon.AddDate(0, -1, 0)
	r.Object = submission.Object{Name: number + ".txt", Path: "staged/" + number, SHA: "5ha", Size: 1234}
	return submission.Submission{ID: key.ID(), Key: key, Carrier: "harbor", Version: 1, Seq: 1, Revisions: []submission.Revision{r},
		CreatedAt: noon.AddDate(0, 0, -2), UpdatedAt: noon}
}

func accepted() submission.Revision {
	return submission.Revision{State: submission.Accepted, Receipt: carriers.Receipt{Number: "730017", Status: "Accepted", State: carriers.StateAccepted}}
}

func rejected() submission.Revision {
	return submission.Revision{State: submission.Rejected, Needs: carriers.Biller, Receipt: carriers.Receipt{
		Status: "Rejected", Text: "Matter 4711 is closed. Invoices can no longer be posted to it.", State: carriers.StateRejected}}
}

func undecided() submission.Revision {
	return submission.Revision{State: submission.NeedsPerson, Needs: carriers.Operator, Why: "two live rows carry this number"}
}

func changed() submission.Revision {
	return submission.Revision{State: submission.NeedsPerson, Needs: carriers.Author, Why: `site-changed: no button "Submit invoice"`}
}

func ready() submission.Revision { return submission.Revision{State: submission.Ready} }

func (w *world) suspend(l *ledger.Ledger, kind carriers.Kind) {
	w.t.Helper()
	err := l.Suspend(w.t.Context(), "firm-harbor", "test", ledger.Suspension{
		Kind: string(kind), Why: "log in: the user name or password is not right", SecretVersion: "v1"})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestStatusOfNothing(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	said(t, w.must(exitDone, "status"), "Nothing has arrived yet.", "lodge --config", "run")
	if out := w.must(exitDone, "status", "--json"); out != "" {
		t.Errorf("--json of nothing is %q", out)
	}
	said(t, w.must(exitDone, "status", "--invoice", "INV-1"), "There is no such invoice.")
}

func TestStatusOfGoodNews(t *testing.T) {
	w := newWorld(t)
	w.filled(accepted(), accepted(), ready())
	said(t, w.must(exitDone, "status"), "Nothing needs anybody.", "3 invoices: 2 accepted, 1 ready.")
	said(t, w.must(exitDone, "status", "--by-account"), "firm-harbor         3      1         2")
}

// Who acts comes first, in the order of how soon it matters; then the counts.
func TestStatusOverview(t *testing.T) {
	for _, columns := range []int{0, 80} {
		w := newWorld(t)
		l := w.filled(accepted(), rejected(), undecided(), ready(), changed(), ready())
		w.suspend(l, carriers.Credentials)
		w.columns = columns
		out := w.must(exitPerson, "status")
		account, _ := l.Account(t.Context(), "firm-harbor")
		out = strings.ReplaceAll(out, w.stamp(account.Suspended.At), "2026-11-22 12:00:00")
		w.golden(fmt.Sprintf("status-%d.txt", columns), out)
		for i, l := range strings.Split(out, "\n") {
			if columns > 0 && len([]rune(l)) > columns && !strings.Contains(l, w.dir) {
				t.Errorf("line %d is wider than the terminal: %s", i+1, l)
			}
		}
	}
}

// A machine finds all keys on every line, and what a suspension holds back.
func TestStatusJSON(t *testing.T) {
	w := newWorld(t)
	l := w.filled(accepted(), ready(), rejected())
	w.suspend(l, carriers.Credentials)
	got := map[string]map[string]any{}
	var order []string
	for text := range strings.Lines(w.must(exitPerson, "status", "--json")) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"id", "account", "carrier", "invoice", "revision", "state", "hold", "confirmation", "text", "attempts", "needs", "updated_at"} {
			if _, ok := line[key]; !ok {
				t.Errorf("no %s in %s", key, text)
			}
		}
		got[line["invoice"].(string)] = line
		order = append(order, line["invoice"].(string))
	}
	if len(order) != 3 || order[2] != "INV-0001" {
		t.Errorf("order is %v; want those that need somebody first", order)
	}
	want := map[string]any{"state": "ready", "hold": "credentials", "needs": "operator", "text": "log in: the user name or password is not right"}
	for key, value := range want {
		if got["INV-0002"][key] != value {
			t.Errorf("%s of a ready invoice of a suspended account is %v, want %v", key, got["INV-0002"][key], value)
		}
	}
	if got["INV-0001"]["needs"] != "" || got["INV-0001"]["hold"] != "" {
		t.Errorf("a suspension holds nothing back that is done: %v", got["INV-0001"])
	}
	if got["INV-0003"]["needs"] != "biller" {
		t.Errorf("a suspension does not change who mends an invoice: %v", got["INV-0003"])
	}
}

func TestStatusFilters(t *testing.T) {
	w := newWorld(t)
	w.filled(accepted(), rejected(), undecided(), changed(), accepted(), accepted())
	for _, c := range []struct {
		args string
		code exit
		want []string
	}{
		{"--state accepted", exitDone, []string{"INV-0001", "INV-0005", "INV-0006"}},
		{"--state accepted,rejected", exitPerson, []string{"INV-0001", "INV-0002", "INV-0005", "INV-0006"}},
		{"--needs biller", exitPerson, []string{"INV-0002"}},
		{"--needs author", exitPerson, []string{"INV-0004"}},
		{"--needs any", exitPerson, []string{"INV-0002", "INV-0003", "INV-0004"}},
		{"--invoice INV-0003", exitPerson, []string{"INV-0003"}},
		{"--account other --needs any", exitDone, nil},
		{"--carrier other --needs any", exitDone, nil},
	} {
		for _, json := range []bool{false, true} {
			args := append([]string{"status"}, strings.Fields(c.args)...)
			if json {
				args = append(args, "--json")
			}
			out := w.must(c.code, args...)
			var got []string
			for n := range 6 {
				if number := fmt.Sprintf("INV-%04d", n+1); strings.Contains(out, number) {
					got = append(got, number)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("status %s, json %v: %v, want %v", c.args, json, got, c.want)
			}
		}
	}
	out := w.must(exitPerson, "status", "--needs", "any", "--limit", "2")
	said(t, out, "2 are shown; there are more: --limit 0 shows all.")
	if out := w.must(exitPerson, "status", "--json", "--limit", "2"); strings.Count(out, "\n") != 2 {
		t.Errorf("--limit 2 of JSON gave %s", out)
	}
}

// Whoever reads the status at 2,000 invoices waits no longer than at 20, and
// reads no more: the alike are one line, which tells how to list them.
func TestStatusOfMany(t *testing.T) {
	w := newWorld(t)
	var revs []submission.Revision
	for n := range 2000 {
		r := accepted()
		if n%10 == 0 {
			r = rejected()
			r.Receipt.Text = fmt.Sprintf("Invoice INV-%04d is for closed matter %d.", n+1, 4700+n%3)
		}
		revs = append(revs, r)
	}
	w.filled(revs...)
	w.columns = 80
	begun := time.Now()
	out := w.must(exitPerson, "status")
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the status took %s", took)
	}
	if lines := strings.Count(out, "\n"); lines > 16 {
		t.Errorf("the status has %d lines:\n%s", lines, out)
	}
	said(t, out, "200 of 2000 invoices need somebody: biller 200.", "67  3 days  rejected  Invoice … is for closed matter 4700.",
		"firm-harbor: INV-1981 INV-1951 INV-1921 …", "status --like INV-1991", "2000 invoices: 1800 accepted, 200 rejected.")
	w.columns = 0
	list := w.must(exitPerson, "status", "--like", "INV-1981")
	if strings.Count(list, "closed matter 4700") != 67 || strings.Contains(list, "matter 4701") {
		t.Errorf("--like lists:\n%s", list)
	}
	if list := w.must(exitPerson, "status", "--needs", "biller"); strings.Count(list, "INV-") < 200 || !strings.HasPrefix(strings.Split(list, "\n")[1], "INV-1991") {
		t.Errorf("--needs leaves some out, or begins with another than the one that has waited longest:\n%s", list)
	}
	if out := w.must(exitPerson, "status", "--json"); strings.Count(out, "\n") != 2000 {
		t.Errorf("--json gave %d lines", strings.Count(out, "\n"))
	}
	if w.run("status", "--like", "INV-0002") != exitFailed {
		t.Error("--like of an invoice that needs nobody")
	}
	said(t, w.err.String(), "invoice INV-0002 of account firm-harbor is accepted and needs nobody")
}

// TestStatusFits: at month's end, with 150 that need somebody, all of it is seen
// at once, and what is not shown is counted.
func TestStatusFits(t *testing.T) {
	w := newWorld(t)
	w.seeded(250, 0, time.Now())
	w.columns = 80
	out := w.must(exitPerson, "status")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) < 24 || len(lines) > 40 {
		t.Errorf("it has %d lines:\n%s", len(lines), out)
	}
	for _, l := range lines {
		if uniseg.StringWidth(l) > 80 && !strings.Contains(l, w.dir) {
			t.Errorf("it is wider than the terminal: %s", l)
		}
	}
	needing := strings.Count(w.must(exitPerson, "status", "--json", "--needs", "any"), "\n")
	var told, all, waiting int
	if _, err := fmt.Sscanf(lines[0], "%d of %d", &told, &all); err != nil || all != 250 {
		t.Fatalf("the first line is %q: %v", lines[0], err)
	}
	if i := strings.Index(out, "IS HELD BACK; "); i >= 0 {
		_, _ = fmt.Sscanf(out[i:], "IS HELD BACK; %d", &waiting)
	}
	if told+waiting != needing {
		t.Errorf("the overview counts %d and %d held back, the list has %d", told, waiting, needing)
	}
	lined := regexp.MustCompile(`(?m)^ *(\d+)  \d+ (?:days|h|min) |^  and (\d+) invoice`)
	for _, who := range []string{"BILLER", "OPERATOR", "AUTHOR"} {
		_, section, there := strings.Cut(out, "THE "+who+" ACTS (")
		section, _, _ = strings.Cut(section, "\n\n")
		head, _, _ := strings.Cut(section, " ")
		sum := 0
		for _, m := range lined.FindAllStringSubmatch(section, -1) {
			n, err := strconv.Atoi(m[1] + m[2])
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if !there || strconv.Itoa(sum) != head {
			t.Errorf("%s: the lines add up to %d:\n%s", who, sum, section)
		}
	}
}

// TestDeadlines: what the carrier will refuse as late comes first, by its days
// and in its zone.
func TestDeadlines(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready(), rejected(), accepted(), ready(), undecided())
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(zone)
	for number, days := range map[string]int{"INV-0001": 3, "INV-0002": 0, "INV-0003": -9, "INV-0004": 7, "INV-0005": 8} {
		date := time.Date(today.Year(), today.Month(), today.Day()+days-730, 0, 0, 0, 0, time.UTC)
		w.change(l, number, func(s *submission.Submission) { s.Revisions[0].Date = date })
	}
	out := w.must(exitPerson, "status")
	said(t, out, "DEADLINES: 2 invoices will be late within 7 days, 1 late already", "INV-0001", "late in", "status --late")
	if strings.Contains(out, "INV-0004  firm-harbor  late in 7 days") && strings.Index(out, "INV-0004") < strings.Index(out, "INV-0001") {
		t.Errorf("the next deadline does not come first:\n%s", out)
	}
	late := w.must(exitPerson, "status", "--late")
	var order []string
	for l := range strings.Lines(late) {
		if number, _, ok := strings.Cut(l, " "); ok && strings.HasPrefix(number, "INV-") {
			order = append(order, number)
		}
	}
	if diff := cmp.Diff([]string{"INV-0002", "INV-0001", "INV-0004"}, order); diff != "" {
		t.Errorf("--late (-want +got):\n%s\n%s", diff, late)
	}
	said(t, late, "late since")
	if out := w.must(exitDone, "status", "--late", "--account", "other"); !strings.Contains(out, "There is no such invoice") {
		t.Errorf("of another account: %s", out)
	}
}

// TestDues: a carrier is asked for once, unless one of its accounts has a zone of
// its own, in which another day may have begun.
func TestDues(t *testing.T) {
	hours := carriers.Hours{DaysToFile: 10}
	east := time.FixedZone("east", 14*3600)
	deadlines := map[string]deadline{
		"a": {"harbor", hours, time.UTC, false}, "b": {"harbor", hours, time.UTC, false},
		"c": {"keel", hours, time.UTC, false}, "d": {"keel", hours, east, true},
	}
	noonOf := func(day int) time.Time { return time.Date(2026, 10, day, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		filter filter
		want   string
	}{
		{filter{}, "harbor//2026-10-11 keel/c/2026-10-11 keel/d/2026-10-12"},
		{filter{account: "b"}, "harbor/b/2026-10-11"},
		{filter{account: "d"}, "keel/d/2026-10-12"},
		{filter{carrier: "keel"}, "keel/c/2026-10-11 keel/d/2026-10-12"},
		{filter{account: "x"}, ""},
	} {
		v := view{filter: c.filter, deadlines: deadlines, now: noonOf(20)}
		var got []string
		for _, d := range v.dues() {
			q := v.late(d)
			got = append(got, q.Carrier+"/"+q.Account+"/"+q.DatedTo.Format(time.DateOnly))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.filter, got, c.want)
		}
	}
	gone := ledger.Summary{Account: "gone", Carrier: "keel", Date: noonOf(1)}
	if got := refuses(deadlines, gone); !got.Equal(time.Date(2026, 10, 11, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("of an account that is not set up any more: %s", got)
	}
}

// change changes an invoice below the rules.
func (w *world) change(l *ledger.Ledger, number string, change func(*submission.Submission)) {
	w.t.Helper()
	list, err := l.List(w.t.Context(), ledger.Query{Invoice: number})
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := sqlite.Open(w.t.Context(), c.Ledger())
	if err != nil {
		w.t.Fatal(err)
	}
	defer e.Close()
	s, err := e.Load(w.t.Context(), list[0].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	s.Version++
	change(&s)
	if err := e.Store(w.t.Context(), s, nil); err != nil {
		w.t.Fatal(err)
	}
}

// What holds an account back is told with what to type, whatever it is.
func TestTroubles(t *testing.T) {
	for _, c := range []struct {
		kind carriers.Kind
		says []string
	}{
		{carriers.Credentials, []string{"the operator acts: find out the right login", "secret set firm-harbor password"}},
		{carriers.ActionNeeded, []string{"log in at https://127.0.0.1:9 by hand", "resume firm-harbor --why"}},
		{carriers.Blocked, []string{"call the carrier", "resume firm-harbor --why"}},
		{carriers.Unclassified, []string{"when it may go on, resume", "resume firm-harbor --why"}},
	} {
		w := newWorld(t)
		l := w.filled(ready())
		w.suspend(l, c.kind)
		out := w.must(exitPerson, "status")
		said(t, out, "ACCOUNT firm-harbor IS HELD BACK since", "1 invoice waits", "log in: the user name or password is not right")
		said(t, out, c.says...)
		w.must(exitDone, "resume", "firm-harbor", "--why", "mended by hand")
		said(t, w.must(exitDone, "status"), "Nothing needs anybody.")
		if code := w.run("resume", "firm-harbor", "--why", "again"); code != exitFailed {
			t.Errorf("resume of an account that is not suspended: exit %d", code)
		}
	}
}

// An account with work and without a login is nobody's news but status's.
func TestAnAccountWithoutALoginIsTold(t *testing.T) {
	w := newWorld(t)
	w.filled(submission.Revision{State: submission.Ready})
	w.environ = nil
	said(t, w.must(exitPerson, "status"), "ACCOUNT firm-harbor IS HELD BACK; 1 invoice waits", "username, password",
		"secret set firm-harbor username", "secret set firm-harbor password")
	said(t, w.must(exitPerson, "status", "--json"), `"hold":"credentials"`, `"needs":"operator"`)
}

func TestAPausedAccountIsTold(t *testing.T) {
	w := newWorld(t)
	w.filled(ready())
	w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\naccounts: {firm-harbor: {carrier: harbor, paused: \"audit, says Kim\"}}\n")
	said(t, w.must(exitPerson, "status"), "HELD BACK; 1 invoice waits", "paused: audit, says Kim", `take "paused" out of`)
	w.must(exitFailed, "run", "--account", "firm-harbor")
	said(t, w.err.String(), "account firm-harbor is paused (audit, says Kim)")
	w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\naccounts: {}\n")
	said(t, w.must(exitPerson, "status"), "lodge.yaml does not name it")
}

func TestShow(t *testing.T) {
	w := newWorld(t)
	r := rejected()
	sent := true
	r.ReceivedAt = noon
	r.Attempts = []submission.Attempt{{ID: "01A", IntendedAt: noon, Request: "POST https://harbor.example/upload", Sent: &sent, Outcome: "HTTP 303",
		Evidence: []submission.Proof{{Name: "firm-harbor/x/01A/form.jpg"}, {Name: "firm-harbor/x/01A/answer.html"}}}}
	l := w.filled(r, accepted())
	out := w.must(exitDone, "show", "INV-0001")
	w.golden("show.txt", out)
	list, err := l.List(t.Context(), ledger.Query{Invoice: "INV-0001"})
	if err != nil {
		t.Fatal(err)
	}
	if byID := w.must(exitDone, "show", list[0].ID); byID != out {
		t.Errorf("by its id it is shown otherwise:\n%s", cmp.Diff(out, byID))
	}
	if code := w.run("show", "INV-9"); code != exitFailed {
		t.Errorf("show of an invoice that is not there: exit %d", code)
	}
	said(t, w.err.String(), "invoice INV-9: not in the ledger")
	var whole struct {
		Key     submission.Key     `json:"key"`
		History []submission.Entry `json:"history"`
	}
	if err := json.Unmarshal([]byte(w.must(exitDone, "show", "--json", "INV-0001")), &whole); err != nil || whole.Key.Number != "INV-0001" || len(whole.History) != 1 {
		t.Errorf("--json: %+v, %v", whole, err)
	}
}
