package gate

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCalmBeginsBeforeTheClick: where no page waits for anything, the way out is
// quiet from the holding on. What may pass before the commit shows opens it first,
// and then the calm begins with the commit.
func TestCalmBeginsBeforeTheClick(t *testing.T) {
	rest := []string{"intent", "arm POST https://portal.test:443/commit", "release 1", "body 1", "disarm", "let 1"}
	for name, c := range map[string]struct {
		busy  bool
		pages []Request
		want  []string
	}{
		"nothing waits":          {false, []Request{post("1")}, []string{"sockets", "hold", "hush", "click", "hush"}},
		"a page waits":           {true, []Request{post("1")}, []string{"sockets", "hold", "click", "hush"}},
		"something may pass":     {false, []Request{get("0", "/check"), post("1")}, []string{"sockets", "hold", "hush", "click", "unhush", "hush"}},
		"something needs no way": {false, []Request{{ID: "0", Method: "GET", URL: "data:,x"}, post("1")}, []string{"sockets", "hold", "hush", "click", "hush"}},
		"something is failed":    {false, []Request{{ID: "0", Method: "POST", URL: "https://portal.test/other"}, post("1")}, []string{"sockets", "hold", "hush", "click", "hush"}},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(s *script) {
				s.busy = c.busy
				s.answers("1", answerTo("1", 200))
				if _, err := s.commit(declared(), s.clicks(c.pages...)); err != nil {
					t.Fatal(err)
				}
				got := slices.DeleteFunc(s.taken(), func(step string) bool { return step == "let 0" || step == "fail 0" })
				if diff := cmp.Diff(slices.Concat(c.want, rest), got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestTheWayIsOpenBeforeWhatPasses: a request that is let go finds a way.
func TestTheWayIsOpenBeforeWhatPasses(t *testing.T) {
	play(t, func(s *script) {
		s.busy = false
		open := false
		s.react["unhush"] = func() error { open = true; return nil }
		s.react["let 0"] = func() error {
			if !open {
				t.Error("it is let go while the way is shut")
			}
			return nil
		}
		s.answers("1", answerTo("1", 200))
		if _, err := s.commit(declared(), s.clicks(get("0", "/check"), post("1"))); err != nil {
			t.Fatal(err)
		}
		if s.count("unhush") != 1 {
			t.Errorf("%v", s.taken())
		}
	})
}
