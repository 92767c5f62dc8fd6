package cloud_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

const one = "inbox/" + account + "/INV 1+1.txt"

// TestAnObjectBecomesASubmission, once, however often the bell rings.
func TestAnObjectBecomesASubmission(t *testing.T) {
	w := newWorld(t)
	content := file(t, 12345, "A-1")
	id := w.put(one, content)
	a := w.looked(one)
	if a.Status != intake.Taken || a.Version != id || a.File != "INV 1+1.txt" || a.Account != account || len(a.Invoices) != 1 {
		t.Fatalf("%+v", a)
	}
	s := w.get("A-1")
	o := s.Current().Object
	if s.Current().State != submission.Ready || s.Carrier != "harbor" || o.Name != "INV 1+1.txt" || o.Version != id || !o.At.Equal(w.Now()) {
		t.Errorf("%+v", s.Current())
	}
	if copied, err := w.inbox.Taker.Staged.Read(t.Context(), o); err != nil || string(copied) != content {
		t.Errorf("its copy: %q, %v", copied, err)
	}
	reads := 0
	w.asked = func(r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "INV 1+1") {
			reads++
		}
	}
	b := w.batch(rings("m1", one), rings("m2", one), rings("m3", one))
	if len(b.Arrivals) != 1 || b.Arrivals[0].Status != intake.Unchanged || len(b.Failures) != 0 || reads != 0 {
		t.Errorf("again: %+v, read %d times", b, reads)
	}
	w.inbox.Table = "one that was restored"
	if a := w.looked(one); a.Status != intake.Taken || a.Invoices[0].Became != intake.Known {
		t.Errorf("to a restored ledger: %+v", a)
	}
	if again := w.get("A-1"); again.Version != s.Version {
		t.Error("what was known moved something")
	}
	if a := w.looked(one); a.Status != intake.Unchanged {
		t.Errorf("to a restored ledger again: %+v", a)
	}
}

// TestTheCopiesLieInTheBucket, under the names that ledgers hold of folders too.
func TestTheCopiesLieInTheBucket(t *testing.T) {
	w := newWorld(t)
	store, err := cloud.NewBucket(w.client, bucket, "")
	if err != nil {
		t.Fatal(err)
	}
	w.inbox.Taker.Staged = staged.Copies{Store: store}
	content := file(t, 12345, "A-1")
	w.put(one, content)
	if a := w.looked(one); a.Status != intake.Taken {
		t.Fatalf("%+v", a)
	}
	o := w.get("A-1").Current().Object
	if copied, err := w.inbox.Taker.Staged.Read(t.Context(), o); err != nil || string(copied) != content {
		t.Errorf("its copy: %q, %v", copied, err)
	}
	if o.Path != "staged/"+o.SHA[:2]+"/"+o.SHA+".txt" || !strings.HasPrefix(o.Path, config.StagedKeys) {
		t.Errorf("it is %s", o.Path)
	}
	if there, err := w.mem.HeadObject(bucket, o.Path); err != nil || there.Size != o.Size {
		t.Errorf("in the bucket: %+v, %v", there, err)
	}
	if _, err := w.compare(); err != nil || len(w.strays()) != 0 {
		t.Errorf("a comparison: strays %v, %v", w.strays(), err)
	}
}

// TestTheNewestVersionCounts: whatever version an event is about, and however many
// came within one second; what was deleted since is nobody's invoice.
func TestTheNewestVersionCounts(t *testing.T) {
	w := newWorld(t)
	w.put(one, file(t, 100, "A-1"))
	w.put(one, file(t, 200, "A-1"))
	id := w.put(one, file(t, 300, "A-1"))
	if a := w.looked(one); a.Status != intake.Taken || a.Version != id {
		t.Errorf("%+v", a)
	}
	s := w.get("A-1")
	if len(s.Revisions) != 1 || s.Current().Total != ledes.Cents(300) || s.Current().Object.Nth != 2 {
		t.Errorf("%+v", s.Revisions)
	}
	w.remove(one)
	if a := w.looked(one); a.Status != intake.Gone {
		t.Errorf("deleted: %+v", a)
	}
	id = w.put(one, file(t, 400, "A-1"))
	if a := w.looked(one); a.Version != id || a.Invoices[0].Became != intake.Revised {
		t.Errorf("back again: %+v", a)
	}
	if a := w.looked("inbox/" + account + "/INV 1"); a.Status != intake.Gone {
		t.Errorf("a key that another begins with: %+v", a)
	}
}

// TestTheLaterFileIsTheLaterRevision, also where its event comes first, and where
// both come together.
func TestTheLaterFileIsTheLaterRevision(t *testing.T) {
	const first, second = "inbox/" + account + "/z.txt", "inbox/" + account + "/a.txt"
	for name, order := range map[string][]string{"together": {second, first}, "one by one": {second, "", first}} {
		w := newWorld(t)
		w.put(first, file(t, 100, "A-1"))
		w.pass(time.Second)
		w.put(second, file(t, 200, "A-1"))
		var messages []cloud.Message
		for _, key := range order {
			if key == "" {
				w.batch(messages...)
				messages = nil
				continue
			}
			messages = append(messages, rings(key, key))
		}
		last := w.batch(messages...).Arrivals
		s := w.get("A-1")
		if s.Current().Total != ledes.Cents(200) || s.Current().Object.Name != "a.txt" {
			t.Errorf("%s: %+v is filed", name, s.Current())
		}
		if late := last[0].Invoices[0].Became == intake.Late; late != (name == "one by one") || len(s.Revisions) == 1 != late {
			t.Errorf("%s: %+v, %d revisions", name, last[0], len(s.Revisions))
		}
	}
}

// TestTheWatermark: what was there before is listed, and registered once somebody
// says so.
func TestTheWatermark(t *testing.T) {
	w := newWorld(t)
	w.pass(-2 * time.Hour)
	w.put(one, file(t, 100, "A-1"))
	w.pass(2 * time.Hour)
	if a := w.looked(one); a.Status != intake.Old || len(w.submissions()) != 0 {
		t.Fatalf("%+v", a)
	}
	for name, account := range map[string]string{"none.txt": account, "INV 1+1.txt": "nobody"} {
		if err := w.inbox.Adopt(t.Context(), account, name, "jo"); err == nil {
			t.Errorf("%s of %s was adopted", name, account)
		}
	}
	var copied http.Header
	w.asked = func(r *http.Request) {
		if r.Header.Get("X-Amz-Copy-Source") != "" {
			copied = r.Header.Clone()
		}
	}
	if err := w.inbox.Adopt(t.Context(), account, "INV 1+1.txt", "Jö"); err != nil {
		t.Fatal(err)
	}
	// What gofakes3 does not look at (API reference, CopyObject).
	from := copied.Get("X-Amz-Copy-Source")
	if !strings.HasPrefix(from, bucket+"/inbox/firm-harbor/INV%201%2B1.txt?versionId=") || copied.Get("X-Amz-Metadata-Directive") != "REPLACE" ||
		copied.Get("If-Match") == "" || copied.Get("X-Amz-Meta-Lodge-Adopted-By") != "J%C3%B6" {
		t.Errorf("%v", copied)
	}
	if a := w.looked(one); a.Status != intake.Taken {
		t.Errorf("adopted: %+v", a)
	}
}

// TestItChangesMeanwhile: a newer version comes, or the object goes, between the list
// and the reading, and between the reading of an unfit version and its registration.
func TestItChangesMeanwhile(t *testing.T) {
	t.Run("deleted", func(t *testing.T) {
		w := newWorld(t)
		w.put(one, file(t, 100, "A-1"))
		w.meddle("versions", func() { w.erase(one) })
		if a := w.looked(one); a.Status != intake.Gone || len(w.submissions()) != 0 {
			t.Errorf("%+v", a)
		}
	})
	t.Run("mended", func(t *testing.T) {
		w := newWorld(t)
		w.put(one, "nonsense")
		w.meddle("content", func() {
			w.pass(time.Second)
			w.put(one, file(t, 100, "A-1"))
			w.looked(one) // by another program
		})
		if a := w.looked(one); a.Status != intake.Unchanged && a.Status != intake.Taken {
			t.Errorf("%+v", a)
		}
		for _, s := range w.submissions() {
			if s.State == submission.Quarantined {
				t.Errorf("what was mended is still quarantined: %+v", s)
			}
		}
	})
	t.Run("each time", func(t *testing.T) {
		w := newWorld(t)
		w.put(one, file(t, 100, "A-1"))
		w.failing(http.MethodGet, "inbox/", http.StatusNotFound, "NoSuchVersion")
		b := w.batch(rings("m", one))
		if len(b.Failures) != 1 || b.Failures[0].Poison {
			t.Errorf("%+v", b)
		}
	})
}

// meddle does something once, when a list of versions, or a content, was answered.
func (w *world) meddle(when string, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	once := false
	w.fault = func(out http.ResponseWriter, r *http.Request) bool {
		lists, reads := r.URL.Query().Has("versions"), r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/inbox/")
		if once || when == "versions" && !lists || when == "content" && !reads {
			return false
		}
		once = true
		if lists {
			text := w.versions(r.URL.Query())
			do()
			_, _ = out.Write(text)
			return true
		}
		w.server.ServeHTTP(out, r)
		do()
		return true
	}
}

// erase removes all versions of an object.
func (w *world) erase(key string) {
	w.t.Helper()
	all, err := w.mem.ListBucketVersions(bucket, nil, nil)
	w.check(err)
	for _, v := range all.Versions {
		_, err := w.mem.DeleteObjectVersion(bucket, key, v.GetVersionID())
		w.check(err)
	}
}

// TestUnreadable: what S3 refuses is told with who acts, and comes again; once it can
// be read it is nobody's stray any more.
func TestUnreadable(t *testing.T) {
	for code, c := range map[string]struct {
		status int
		stray  bool
	}{
		"AccessDenied":          {http.StatusForbidden, true}, // the role may not use the key of SSE-KMS
		"KMS.DisabledException": {http.StatusBadRequest, true},
		"InvalidObjectState":    {http.StatusForbidden, true},
		"InvalidRequest":        {http.StatusBadRequest, true}, // SSE-C
		"SlowDown":              {http.StatusServiceUnavailable, false},
		"InternalError":         {http.StatusInternalServerError, false},
	} {
		w := newWorld(t)
		w.put(one, file(t, 100, "A-1"))
		w.failing(http.MethodGet, "inbox/", c.status, code)
		b := w.batch(rings("m", one))
		if len(b.Failures) != 1 || b.Failures[0].ID != "m" || b.Failures[0].Poison || b.Arrivals[0].Needs != carriers.Operator {
			t.Errorf("%s: %+v", code, b)
		}
		if names := w.strays(); slices.Contains(names, one) != c.stray {
			t.Errorf("%s: strays %v", code, names)
		}
		if _, err := w.compare(); err == nil != c.stray {
			t.Errorf("%s: the comparison: %v", code, err)
		}
		w.works()
		if a := w.looked(one); a.Status != intake.Taken || len(w.strays()) != 0 {
			t.Errorf("%s: once it can be read: %+v, strays %v", code, a, w.strays())
		}
	}
}

// TestFailuresComeAgain: where S3 or the ledger fails, only the messages about that
// object come again, and nothing is marked that is not registered.
func TestFailuresComeAgain(t *testing.T) {
	const other = "inbox/" + account + "/other.txt"
	for name, fail := range map[string]func(*world){
		"the list": func(w *world) { w.page = 0; w.failingLists(one) },
		"the content": func(w *world) {
			w.failing(http.MethodGet, "inbox/"+account+"/INV", http.StatusInternalServerError, "InternalError")
		},
		"the ledger": func(w *world) { w.inbox.Taker.Ledger = refusing{w.ledger, "A-1"} },
	} {
		w := newWorld(t)
		w.put(one, file(t, 100, "A-1"))
		w.put(other, file(t, 100, "B-1"))
		fail(w)
		b := w.batch(rings("m1", one), rings("m2", other), rings("m3", one))
		if len(b.Failures) != 2 || b.Failures[0].ID != "m1" || b.Failures[1].ID != "m3" || b.Failures[0].Err == nil {
			t.Errorf("%s: %+v", name, b.Failures)
		}
		w.works()
		w.inbox.Taker.Ledger, w.page = w.ledger, 1000
		b = w.batch(rings("m1", one), rings("m2", other))
		if len(b.Failures) != 0 || len(w.submissions()) != 2 {
			t.Errorf("%s: the next time: %+v", name, b)
		}
	}
	t.Run("the marks", func(t *testing.T) {
		w := newWorld(t)
		w.put(one, file(t, 100, "A-1"))
		w.failing(http.MethodPut, "taken/", http.StatusInternalServerError, "InternalError")
		if b := w.batch(rings("m", one)); len(b.Failures) != 1 || len(w.submissions()) != 1 {
			t.Errorf("%+v", b)
		}
		w.works()
		if a := w.looked(one); a.Status != intake.Taken || a.Invoices[0].Became != intake.Known {
			t.Errorf("%+v", a)
		}
	})
}

var errRefuses = errors.New("the ledger refuses")
