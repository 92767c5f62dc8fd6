package cloud_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

func statuses(arrivals []cloud.Arrival) map[string]intake.Status {
	all := map[string]intake.Status{}
	for _, a := range arrivals {
		all[a.Key] = a.Status
	}
	return all
}

// TestTheComparison finds what no event told of, tells what cannot be taken, and is
// silent about what is settled.
func TestTheComparison(t *testing.T) {
	const home = "inbox/" + account + "/"
	w := newWorld(t)
	w.pass(-2 * time.Hour)
	w.put(home+"old.txt", file(t, 100, "O-1"))
	w.pass(2 * time.Hour)
	w.put(home, "")
	w.put(home+"told.txt", file(t, 100, "A-1"))
	w.looked(home + "told.txt")
	w.put(home+"missed.txt", file(t, 100, "A-2"))
	w.put(home+"changed.txt", file(t, 100, "A-3"))
	w.looked(home + "changed.txt")
	w.put(home+"changed.txt", file(t, 300, "A-3"))
	w.put(home+"bad.txt", "nonsense")
	w.put("inbox/nobody/a.txt", file(t, 100, "N-1"))
	w.put("elsewhere/a.txt", "")
	w.put("elsewhere/b.txt", "")
	w.put("top.txt", "")
	w.put(home+"gone.txt", file(t, 100, "G-1"))
	w.remove(home + "gone.txt")
	for _, page := range []int{1, 2, 1000} {
		w.page = page
		arrivals, err := w.compare()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]intake.Status{
			home + "old.txt": intake.Old, "inbox/nobody/a.txt": intake.Left, "elsewhere/": intake.Left, "top.txt": intake.Left,
		}
		if page == 1 {
			maps.Copy(want, map[string]intake.Status{
				home + "missed.txt": intake.Taken, home + "changed.txt": intake.Taken, home + "bad.txt": intake.Quarantined,
			})
		}
		if got := statuses(arrivals); !maps.Equal(got, want) {
			t.Errorf("pages of %d: %v, want %v", page, got, want)
		}
		if names := w.strays(); !slices.Equal(names, []string{"elsewhere/", "inbox/nobody/a.txt", "top.txt"}) {
			t.Errorf("strays %v", names)
		}
	}
	if s, err := w.ledger.Strays(t.Context()); err != nil || s.Old != 1 || s.ComparedAt.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
	if s := w.get("A-3"); s.Current().Total != ledes.Cents(300) || len(w.submissions()) != 4 {
		t.Errorf("%+v, %d submissions", s.Current(), len(w.submissions()))
	}
	w.inbox.Taker.Accounts["nobody"] = w.inbox.Taker.Accounts[account]
	if arrivals, err := w.compare(); err != nil || statuses(arrivals)["inbox/nobody/a.txt"] != intake.Taken || len(w.strays()) != 2 {
		t.Errorf("once there is such an account: %v, strays %v, %v", statuses(arrivals), w.strays(), err)
	}
}

// TestAnotherBuildJudgesAgain what was quarantined, once, and nothing else.
func TestAnotherBuildJudgesAgain(t *testing.T) {
	w := newWorld(t)
	strict := w.inbox.Taker.Accounts[account]
	strict.Profile.NumberChars = "9"
	w.inbox.Taker.Accounts["strict"] = strict
	const refused = "inbox/strict/a.txt"
	w.put(refused, file(t, 100, "A-1"))
	w.put(one, file(t, 100, "B-1"))
	if b := w.batch(rings("1", refused), rings("2", one)); b.Arrivals[1].Status != intake.Quarantined && b.Arrivals[0].Status != intake.Quarantined {
		t.Fatalf("%+v", b)
	}
	if a := w.looked(refused); a.Status != intake.Unchanged {
		t.Errorf("the same build reads it again: %+v", a)
	}
	strict.Profile.NumberChars = ""
	w.inbox.Taker.Accounts["strict"], w.inbox.Build = strict, "1.0.1"
	arrivals, err := w.compare()
	if got := statuses(arrivals); err != nil || !maps.Equal(got, map[string]intake.Status{refused: intake.Taken}) {
		t.Errorf("%v, %v", got, err)
	}
	s, err := w.ledger.Get(t.Context(), submission.Key{Account: "strict", Object: "a.txt"}.ID())
	if err != nil || s.Current().State != submission.Superseded {
		t.Errorf("%+v, %v", s.Current(), err)
	}
}

// TestTheComparisonFails: what may pass is told, the comparison is made again soon,
// and what it did find out is kept.
func TestTheComparisonFails(t *testing.T) {
	w := newWorld(t)
	w.put(one, file(t, 100, "A-1"))
	w.put("inbox/"+account+"/b.txt", file(t, 100, "B-1"))
	w.put("top.txt", "")
	w.failing(http.MethodGet, "inbox/"+account+"/INV", http.StatusInternalServerError, "InternalError")
	arrivals, err := w.compare()
	if err == nil || len(arrivals) != 3 || len(w.submissions()) != 1 || len(w.strays()) != 1 {
		t.Errorf("%v, strays %v, %v", statuses(arrivals), w.strays(), err)
	}
	if s, err := w.ledger.Strays(t.Context()); err != nil || !s.ComparedAt.IsZero() {
		t.Errorf("it counts as made: %+v, %v", s, err)
	}
	w.failingLists("inbox/")
	if _, err := w.compare(); err == nil {
		t.Error("a list that fails is no error")
	}
	w.works()
	if _, err := w.compare(); err != nil || len(w.submissions()) != 2 {
		t.Error(err)
	}
}

// TestOrderOfKeys is that of their bytes, not of how they are encoded: where a page ends
// between the versions of a key, the older ones are not taken for another object, and
// what was deleted does not come back.
func TestOrderOfKeys(t *testing.T) {
	const first, second = "inbox/" + account + "/a b.txt", "inbox/" + account + "/a!b.txt" // encoded, a%21b comes before a+b
	w := newWorld(t)
	w.page = 2
	w.put(first, file(t, 100, "A-1"))
	w.put(second, file(t, 100, "B-1"))
	w.remove(second)
	arrivals, err := w.compare()
	if got := statuses(arrivals); err != nil || !maps.Equal(got, map[string]intake.Status{first: intake.Taken}) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestAKeyThatNoXMLHolds does not hide all others: S3 encodes keys where it is asked to
// (API reference, ListObjectsV2, "EncodingType"), which gofakes3 does not.
func TestAKeyThatNoXMLHolds(t *testing.T) {
	w := newWorld(t)
	w.fault = func(out http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		if q.Get("delimiter") == "" {
			return false
		}
		key := "<Contents><Key>a\x01b+c.txt</Key></Contents>" // as it is, which the SDK cannot read
		if q.Get("encoding-type") == "url" {
			key = "<EncodingType>url</EncodingType><Contents><Key>a%01b%2Bc.txt</Key></Contents>"
		}
		_, _ = fmt.Fprintf(out, "<ListBucketResult><IsTruncated>false</IsTruncated>%s</ListBucketResult>", key)
		return true
	}
	w.put(one, file(t, 100, "A-1"))
	arrivals, err := w.compare()
	if got := statuses(arrivals); err != nil || !maps.Equal(got, map[string]intake.Status{one: intake.Taken, `"a\x01b+c.txt"`: intake.Left}) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestMarksOfLongNames: a key and a version may have 1,024 bytes each, and so may a
// mark.
func TestMarksOfLongNames(t *testing.T) {
	w := newWorld(t)
	long := make([]byte, 1024-len("inbox/"+account+"/"))
	for i := range long {
		long[i] = 'n'
	}
	for i := range 3 {
		long[0] = byte('a' + i)
		w.put("inbox/"+account+"/"+string(long), file(t, 100, fmt.Sprint("A-", i)))
	}
	for n, want := range []int{3, 0} {
		if arrivals, err := w.compare(); err != nil || len(arrivals) != want {
			t.Fatalf("comparison %d: %d arrived, %v", n+1, len(arrivals), err)
		}
	}
}
