package browser

import (
	"testing"

	"example.com/lodge/internal/browser/adverse"
)

func TestFormOnce(t *testing.T) {
	cases := append(adverse.Cases(), adverse.Form())
	r, err := newRig(t.Context(), plan{exe: headlessShell, cases: cases, answer: patient})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []adverse.Mode{adverse.OK, adverse.RST, adverse.FIN, adverse.Timeout} {
		q := r.run(adverse.Form(), m)
		t.Log(q, q.trouble, q.outcome.Answer)
	}
	r.end()
	for _, q := range r.results {
		t.Log(q, r.site.Count(q.run))
		if bad := r.judge(q); bad != "" {
			t.Errorf("%v: %s", q, bad)
		}
	}
}
