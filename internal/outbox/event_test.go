package outbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

const narrative = "Conference with client re settlement"

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 5, time.FixedZone("CET", 3600)) }

// full is a submission with something in every place where a narrative could be.
func full() submission.Submission {
	s := submission.New(submission.Key{Account: "firm-harbor", LawFirmID: "12-3", ClientID: "GL", Number: "INV 1"}, "harbor")
	s.Seq = 4
	s.OnHold = submission.OnHold{At: noon(), Who: "ann", Why: narrative}
	s.Revisions = []submission.Revision{{
		Number: 1, State: submission.Rejected, Matter: "M-7", ClientMatter: narrative, Why: narrative, Copies: []string{narrative},
		Object: submission.Object{Name: narrative + ".txt", Path: narrative}, Findings: []ledes.Finding{{Severity: ledes.Warn, Message: narrative}},
		Receipt:  carriers.Receipt{Number: "R-1", Status: "Refused", Text: "Matter 4711 is closed.", State: carriers.StateRejected},
		Attempts: []submission.Attempt{{Request: narrative, Outcome: narrative, Evidence: []submission.Proof{{Name: "a/1/page.txt", SHA: "aa"}}}},
	}}
	return s
}

// moved is an entry with something in every field.
func moved(from, to submission.State, kind submission.Kind, r *carriers.Receipt) submission.Entry {
	rev := full().Revisions[0]
	return submission.Entry{Seq: 4, Row: 11, From: from, To: to, Event: submission.Event{
		Kind: kind, Actor: submission.ByGate, Who: "h1", Why: narrative, At: noon(), Revision: 1, Receipt: r, Arrival: &rev,
		Attempt:  &submission.Attempt{Outcome: narrative, Evidence: []submission.Proof{{Name: "a/1/answer.txt", SHA: "bb"}}},
		Evidence: []submission.Proof{{Name: "a/1/page.png", SHA: "cc"}},
	}}
}

// Every move is an event of its own type, and no event has a word that is not the
// carrier's on this invoice's end.
func TestEvents(t *testing.T) {
	draft := carriers.Receipt{Number: "D-1", Text: narrative, State: carriers.StateDraft}
	seen := map[string]bool{}
	for _, to := range submission.States() {
		e, ok := eventOf(full(), moved(submission.None, to, submission.Decided, &draft))
		if !ok {
			t.Fatalf("a move to %s is told to nobody", to)
		}
		seen[e.Type] = true
		if e.Type != "invoice."+string(to) || e.Data.To != to || e.Data.Confirmation != "" {
			t.Errorf("%s: %+v", to, e)
		}
		text, err := json.Marshal(e)
		if err != nil || strings.Contains(string(text), "settlement") {
			t.Errorf("%s: a narrative goes out: %s, %v", to, text, err)
		}
	}
	for kind, name := range map[submission.Kind]string{submission.Held: "invoice.held", submission.Released: "invoice.released"} {
		e, ok := eventOf(full(), moved(submission.Ready, submission.Ready, kind, nil))
		seen[e.Type] = true
		if !ok || e.Type != name {
			t.Errorf("%s: %+v", kind, e)
		}
	}
	for _, kind := range []submission.Kind{submission.Postponed, submission.Noted, submission.Absent, submission.LookedUp, submission.Arrived} {
		if e, ok := eventOf(full(), moved(submission.Submitted, submission.Submitted, kind, nil)); ok {
			t.Errorf("%s moved nothing and is told: %+v", kind, e)
		}
	}
	for _, one := range Types() {
		if !seen[one.Name] || one.Means == "" {
			t.Errorf("%s: nothing is of this type, or nobody knows what it means", one.Name)
		}
	}
}

// docs/operating.md tells receivers of every type.
func TestTypesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range Types() {
		if line := "| `" + one.Name + "` | " + one.Means + " |"; !strings.Contains(string(text), line) {
			t.Errorf("docs/operating.md has no line %s", line)
		}
	}
}

func TestRejection(t *testing.T) {
	got, _ := eventOf(full(), moved(submission.Submitting, submission.Rejected, submission.Answered, &full().Revisions[0].Receipt))
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	id := full().ID
	want := `{"type":"invoice.rejected","timestamp":"2026-11-22T11:00:00.000000005Z","data":{"submission":"` + id + `",` +
		`"account":"firm-harbor","carrier":"harbor","invoice":"INV 1","client_id":"GL","matter":"M-7","revision":1,"seq":4,` +
		`"from":"submitting","to":"rejected","by":"gate","confirmation":"R-1","text":"Matter 4711 is closed.","needs":"biller",` +
		`"evidence":[{"name":"a/1/page.png","sha":"cc"},{"name":"a/1/answer.txt","sha":"bb"}]}}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.HasPrefix(got.ID, "evt_"+id+"_4_") {
		t.Errorf("id %s", got.ID)
	}
}

// The id is the same for the same entry, and another for what else may have its
// number once a ledger was restored from a backup.
func TestIDs(t *testing.T) {
	e := moved(submission.Submitting, submission.Rejected, submission.Answered, nil)
	seen := map[string]string{}
	for name, change := range map[string]func(*submission.Entry){
		"itself": func(*submission.Entry) {}, "seq": func(e *submission.Entry) { e.Seq++ }, "to": func(e *submission.Entry) { e.To = submission.Accepted },
		"at": func(e *submission.Entry) { e.At = e.At.Add(1) }, "revision": func(e *submission.Entry) { e.Revision++ },
		"kind": func(e *submission.Entry) { e.Kind = submission.Recovered },
	} {
		other := e
		change(&other)
		id := idOf("x", other)
		if seen[id] != "" {
			t.Errorf("%s and %s have the id %s", name, seen[id], id)
		}
		seen[id] = name
	}
	again := e
	again.At, again.Why, again.Evidence = e.At.UTC(), "said otherwise", nil
	if idOf("x", e) != idOf("x", again) {
		t.Error("the same entry, read again, has another id")
	}
	if strings.Contains(idOf("x", e), ".") {
		t.Error("a full stop in an id could be read as another id")
	}
}

// What a file that is not fit to be filed has in its fields may be a narrative
// that slipped into another column.
func TestUnfitFields(t *testing.T) {
	s := submission.New(submission.Key{Account: "firm-harbor", ClientID: narrative, Number: "Review of settlement"}, "harbor")
	s.Revisions = []submission.Revision{{Number: 1, State: submission.Quarantined, Matter: narrative}}
	for _, change := range []submission.Entry{
		moved(submission.None, submission.Quarantined, submission.Arrived, nil), moved(submission.Quarantined, submission.Cancelled, submission.Decided, nil),
	} {
		e, _ := eventOf(s, change)
		if e.Data.Number+e.Data.ClientID+e.Data.Matter != "" || e.Data.Submission != s.ID {
			t.Errorf("%+v", e.Data.Invoice)
		}
	}
	s.Revisions[0].State = submission.Cancelled
	s.Revisions[0].Findings = []ledes.Finding{{Severity: ledes.Reject}}
	text, err := json.Marshal(statusOf(s))
	if err != nil || strings.Contains(string(text), "settlement") {
		t.Errorf("%s, %v", text, err)
	}
	s.Key.Number = "MQ-10/1.2"
	if e, _ := eventOf(s, moved(submission.None, submission.Quarantined, submission.Arrived, nil)); e.Data.Number != s.Key.Number {
		t.Errorf("a number is left out: %+v", e.Data.Invoice)
	}
}

func TestStatusFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "status")
	f, s := StatusFolder(folder), full()
	var marks []int64
	told := func(seq int64) error { marks = append(marks, seq); return nil }
	for range 2 { // again: the same file
		if err := f.Tell(t.Context(), s, []submission.Entry{{Seq: 3}, {Seq: 4}}, told); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "firm-harbor", s.ID+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var got Status
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := statusOf(s)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got.Seq != 4 || got.State != submission.Rejected || got.Text != "Matter 4711 is closed." || got.Confirmation != "R-1" || got.Hold != submission.HoldPerson ||
		got.Evidence["a/1/page.txt"] != "aa" || strings.Contains(string(text), "settlement") {
		t.Errorf("%s", text)
	}
	if diff := cmp.Diff([]int64{4, 4}, marks); diff != "" {
		t.Error(diff)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// No name of an account or id leads out of the folder, and what could not be
// written is not marked.
func TestStatusFilesStayInside(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "status")
	f := StatusFolder(folder)
	never := func(int64) error { t.Error("marked"); return nil }
	for _, s := range []submission.Submission{
		{ID: full().ID, Key: submission.Key{Account: ".."}}, {ID: full().ID, Key: submission.Key{Account: "a/b"}}, {ID: full().ID},
		{ID: "../../x", Key: submission.Key{Account: "a"}}, {Key: submission.Key{Account: "a"}},
	} {
		if err := f.Tell(t.Context(), s, []submission.Entry{{Seq: 1}}, never); err == nil {
			t.Errorf("%q/%q was written", s.Key.Account, s.ID)
		}
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Tell(t.Context(), full(), []submission.Entry{{Seq: 1}}, never); err == nil {
		t.Error("written below a file")
	}
	if _, err := f.Test(t.Context()); err == nil {
		t.Error("the sample was written below a file")
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if text, err := f.Test(t.Context()); err != nil || text != "files can be written below "+folder {
		t.Errorf("the folder is not made again: %q, %v", text, err)
	}
}
