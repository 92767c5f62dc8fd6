package cloud_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// TestBadInput: what becomes of everything that is no invoice of an account. Nothing
// of it is dropped in silence, and nothing of it stops a good file.
func TestBadInput(t *testing.T) {
	const here, home = "inbox/", "inbox/" + account + "/"
	long := strings.Repeat("n", 900)
	for name, c := range map[string]struct {
		key, content string
		status       intake.Status
		needs        carriers.Person
		says         string // of the stray, or of why it is quarantined
	}{
		"outside":           {"elsewhere/a.txt", "", intake.Left, carriers.Operator, "not below inbox/"},
		"at the top":        {"a.txt", "", intake.Left, carriers.Operator, "not below inbox/"},
		"alike":             {"inbox", "", intake.Left, carriers.Operator, "not below inbox/"},
		"no account":        {here + "a.txt", "", intake.Left, carriers.Biller, "not in the folder of an account"},
		"unknown account":   {here + "nobody/a.txt", "", intake.Left, carriers.Operator, "no such account"},
		"escapes":           {here + "no\x1b[2Jbody/a.txt", "", intake.Left, carriers.Operator, "no such account"},
		"a path":            {home + "../../a.txt", "", intake.Left, carriers.Biller, "folder below"},
		"deeper":            {home + "2026/a.txt", "", intake.Left, carriers.Biller, "folder below"},
		"an empty part":     {here + "/a.txt", "", intake.Left, carriers.Operator, "no such account"},
		"hidden":            {home + ".a.txt", "", intake.Left, carriers.Biller, "hidden or not whole"},
		"unfinished":        {home + "a.txt.part", "", intake.Left, carriers.Biller, "hidden or not whole"},
		"a marker":          {home, "", intake.Unchanged, carriers.Nobody, ""},
		"a marker's name":   {here + "nobody/", "", intake.Unchanged, carriers.Nobody, ""},
		"a file for a name": {home + "sub/", "content", intake.Left, carriers.Biller, "folder below"},
		"empty":             {home + "a.txt", "", intake.Quarantined, carriers.Biller, "empty"},
		"not LEDES":         {home + "scan.pdf", "%PDF-1.4 and so on", intake.Quarantined, carriers.Biller, ""},
		"too large":         {home + "a.txt", strings.Repeat("x", ledes.MaxSize+1000), intake.Quarantined, carriers.Biller, ""},
		"a hostile name":    {home + "a\nb\x00\u202e.txt", "nonsense", intake.Quarantined, carriers.Biller, ""},
		"a long name":       {home + long, "nonsense", intake.Quarantined, carriers.Biller, ""},
	} {
		w := newWorld(t)
		w.put(one, file(t, 100, "A-1"))
		w.put(c.key, c.content)
		b := w.batch(rings("bad", c.key), rings("good", one))
		if len(b.Failures) != 0 || len(b.Arrivals) != 2 {
			t.Errorf("%s: %+v", name, b)
			continue
		}
		i := slices.IndexFunc(b.Arrivals, func(a cloud.Arrival) bool { return a.Key != one })
		a := b.Arrivals[i]
		if a.Status != c.status || a.Needs != c.needs || strings.ContainsAny(a.Key+a.File+a.Account, "\n\x00\x1b\u202e") || len(a.Key) > 1000 {
			t.Errorf("%s: %+v", name, a)
		}
		if good := b.Arrivals[1-i]; good.Status != intake.Taken {
			t.Errorf("%s: the good file: %+v", name, good)
		}
		w.isTold(t, name, a, c.says)
		if _, err := w.compare(); err != nil {
			t.Errorf("%s: the comparison: %v", name, err)
		}
		if left := len(w.strays()) == 1; left != (c.status == intake.Left) {
			t.Errorf("%s: after a comparison: strays %v", name, w.strays())
		}
		w.erase(c.key)
		if _, err := w.compare(); err != nil || len(w.strays()) != 0 {
			t.Errorf("%s: once it is gone: strays %v, %v", name, w.strays(), err)
		}
	}
}

// isTold holds what the ledger says of an arrival against what should be.
func (w *world) isTold(t *testing.T, name string, a cloud.Arrival, says string) {
	t.Helper()
	names := w.strays()
	switch a.Status {
	case intake.Left:
		s, err := w.ledger.Strays(t.Context())
		if err != nil || len(names) != 1 || names[0] != a.Key || !strings.Contains(s.List[0].Why, says) {
			t.Errorf("%s: strays %+v, %v", name, s.List, err)
		}
	case intake.Quarantined:
		s, err := w.ledger.Get(t.Context(), submission.Key{Account: account, Object: a.File}.ID())
		if err != nil || s.Current().State != submission.Quarantined || !strings.Contains(s.Current().Why, says) || len(names) != 0 {
			t.Errorf("%s: %+v, %v, strays %v", name, s.Current(), err, names)
		}
	default:
		if len(names) != 0 {
			t.Errorf("%s: strays %v", name, names)
		}
	}
}

// TestTooLargeIsNotRead: of an object that is too large no more is asked for than
// shows it.
func TestTooLargeIsNotRead(t *testing.T) {
	w := newWorld(t)
	w.put(one, strings.Repeat("x", ledes.MaxSize+1000))
	var ranges []string
	w.asked = func(r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "INV") {
			ranges = append(ranges, r.Header.Get("Range"))
		}
	}
	if a := w.looked(one); a.Status != intake.Quarantined || len(ranges) != 1 || ranges[0] != "bytes=0-20971520" {
		t.Errorf("%+v, ranges %q", a, ranges)
	}
}

// TestOurOwnIsNobodysNews: what Lodge writes itself rings the bell in vain.
func TestOurOwnIsNobodysNews(t *testing.T) {
	w := newWorld(t)
	asked := 0
	w.asked = func(*http.Request) { asked++ }
	b := w.batch(rings("1", "staged/ab/x.txt"), rings("2", "evidence/a/b"), rings("3", "status/x.json"), rings("4", "taken/a/b"))
	if len(b.Arrivals) != 0 || len(b.Failures) != 0 || asked != 0 || len(w.strays()) != 0 {
		t.Errorf("%+v, %d requests", b, asked)
	}
}

// TestPoisonIsTold: messages that nobody understands fail until the queue gives them
// up, the ledger says why, and the others are settled. Those about another bucket are
// such.
func TestPoisonIsTold(t *testing.T) {
	w := newWorld(t)
	w.put(one, file(t, 100, "A-1"))
	other := cloud.Message{ID: "other", Body: strings.Replace(rings("", one).Body, bucket, "another-bucket", 1)}
	for range 2 { // each comes several times
		b := w.batch(cloud.Message{ID: "torn", Body: `{"Records":[`}, rings("good", one), other, cloud.Message{ID: "sweep", Body: `{"lodge":"sweep"}`},
			cloud.Message{ID: "test", Body: string(recorded(t, "s3-test.json"))})
		var failed []string
		for _, f := range b.Failures {
			if f.Poison {
				failed = append(failed, f.ID)
			}
		}
		if !slices.Equal(failed, []string{"torn", "other", "test"}) || len(b.Failures) != 3 || len(b.Arrivals) != 1 || len(b.Others) != 1 {
			t.Errorf("%+v", b)
		}
	}
	s, err := w.ledger.Strays(t.Context())
	if err != nil || len(s.List) != 3 || s.List[0].Name != "message other" || !strings.Contains(s.List[0].Why, "another-bucket") {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := w.compare(); err != nil || len(w.strays()) != 3 {
		t.Errorf("a comparison forgets messages: %v, %v", w.strays(), err)
	}
}
