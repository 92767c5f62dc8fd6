package notify_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/notify"
)

func TestToldOnceThenReminded(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"all": h.plain()}, channel("all"))
	three := rejected("firm-harbor", 3)
	step := func(what string, after time.Duration, want string, items ...notify.Item) {
		t.Helper()
		r.now = r.now.Add(after)
		r.again() // what was told is remembered by the file, not by the process
		r.tell(t, items...)
		got := h.took()
		switch {
		case want == "" && len(got) > 0, want != "" && len(got) != 1:
			t.Fatalf("%s: %d messages, want one that says %q: %q", what, len(got), want, got)
		case want != "" && !strings.Contains(got[0], want):
			t.Fatalf("%s: it does not say %q: %q", what, want, got)
		}
	}
	step("new", 0, "1 invoice needs somebody", three[:1]...)
	step("the same", time.Hour, "", three[:1]...)
	step("one more", 0, "INV-AB-1\n\nBesides, 1 invoice told before still waits", three[:2]...)
	step("too soon", 29*time.Minute, "", three...)
	step("quiet is over", time.Minute, "INV-AC-1\n\nBesides, 2 invoices told before", three...)
	step("nothing new", 20*time.Hour, "", three...)
	step("a reminder of all", 3*time.Hour, "Lodge: 3 invoices still need somebody", three...)
	step("not again", time.Hour, "", three...)
	step("done", time.Hour, "")
	step("and back", time.Hour, "3 invoices need somebody", three...)
}

func TestWeekendsAreNoWorkingDays(t *testing.T) {
	h := newHook(t)
	friday := time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC)
	r := newRig(t, map[string]string{"all": h.plain()}, channel("all"))
	r.now = friday
	item := rejected("firm-harbor", 1)[0]
	r.tell(t, item)
	h.took()
	for _, at := range []time.Time{friday.Add(25 * time.Hour), friday.Add(49 * time.Hour), friday.Add(71 * time.Hour)} {
		if r.now = at; true {
			r.tell(t, item)
		}
		if got := h.took(); len(got) > 0 {
			t.Errorf("reminded on %s: %q", at.Format(time.RFC1123), got)
		}
	}
	r.now = friday.Add(72 * time.Hour)
	if r.tell(t, item); len(h.took()) != 1 {
		t.Error("no reminder on Monday at 15:00")
	}
}

func TestDigestWaitsForItsTime(t *testing.T) {
	h := newHook(t)
	c := channel("all")
	c.Digest = "08:30"
	r := newRig(t, map[string]string{"all": h.plain()}, c)
	items := rejected("firm-harbor", 9)
	for i, at := range []struct {
		when time.Time
		told bool
	}{
		{noon, false},
		{noon.Add(20*time.Hour + 29*time.Minute), false},
		{noon.Add(20*time.Hour + 30*time.Minute), true}, // 08:30
		{noon.Add(22 * time.Hour), false},
		{noon.Add(44 * time.Hour), false},
		{noon.Add(45 * time.Hour), true},
	} {
		r.now = at.when
		r.tell(t, items[:i+1]...)
		if got := len(h.took()); (got == 1) != at.told {
			t.Errorf("%s: %d messages", at.when.Format(time.RFC1123), got)
		}
	}
}

func TestEachIsToldOnlyTheirs(t *testing.T) {
	h, other := newHook(t), newHook(t)
	billing, ops := channel("billing"), channel("ops")
	billing.For, ops.For = everybody[:1], everybody[1:]
	r := newRig(t, map[string]string{"billing": h.plain(), "ops": other.plain()}, billing, ops)
	r.tell(t, append(rejected("firm-harbor", 2), notify.Item{ID: "x", Account: "firm-granite", Who: carriers.Operator, What: notify.NoLogin})...)
	if got := h.took(); len(got) != 1 || !strings.Contains(got[0], "INV-AA-1") || strings.Contains(got[0], "granite") {
		t.Errorf("billing: %q", got)
	}
	if got := other.took(); len(got) != 1 || strings.Contains(got[0], "INV-AA-1") || !strings.Contains(got[0], "firm-granite") {
		t.Errorf("ops: %q", got)
	}
}

func TestNothingIsGatheredForSilence(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"all": h.plain()}, channel("all"))
	r.tell(t, rejected("firm-harbor", 1)...)
	r.Tell(t.Context(), func(context.Context) ([]notify.Item, error) {
		t.Error("the ledger is asked while the channel is quiet")
		return nil, nil
	})
	none := newRig(t, nil)
	none.Tell(t.Context(), func(context.Context) ([]notify.Item, error) {
		t.Error("the ledger is asked for nobody")
		return nil, nil
	})
	if _, err := os.Stat(none.options.Memory); err == nil {
		t.Error("nobody is told, and a file was written")
	}
}

func TestGatheringMayFail(t *testing.T) {
	r := newRig(t, map[string]string{"all": newHook(t).plain()}, channel("all"))
	for range 3 {
		r.Tell(t.Context(), func(context.Context) ([]notify.Item, error) { return nil, errors.New("the ledger is busy") })
	}
	if got := strings.Count(r.log.String(), "the ledger is busy"); got != 1 {
		t.Errorf("told %d times:\n%s", got, r.log)
	}
}

// A damaged memory costs a repetition. A clock that was wrong costs no silence.
func TestMemoryMayBeDamaged(t *testing.T) {
	h := newHook(t)
	for name, text := range map[string]string{
		"empty": "", "no JSON": "{", "null": "null", "a list": "[]", "another form": `{"channels":3}`, "no channels": `{}`,
		"from the future": `{"channels":{"all":{"begun":"2099-01-01T00:00:00Z","sent_at":"2099-01-01T00:00:00Z"}}}`,
	} {
		r := newRig(t, map[string]string{"all": h.plain()}, channel("all"))
		if err := os.WriteFile(r.options.Memory, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r.tell(t, rejected("firm-harbor", 1)...)
		if got := h.took(); len(got) != 1 {
			t.Errorf("%s: told %q", name, got)
		}
		r.now = r.now.Add(time.Hour)
		if r.tell(t, rejected("firm-harbor", 1)...); len(h.took()) != 0 {
			t.Errorf("%s: told again", name)
		}
	}
}

func TestMemoryThatCannotBeWritten(t *testing.T) {
	r := newRig(t, map[string]string{"all": newHook(t).plain()}, channel("all"))
	r.options.Memory = "/nonexistent/told.json"
	r.again()
	r.tell(t, rejected("firm-harbor", 1)...)
	if !strings.Contains(r.log.String(), "could not be told") {
		t.Errorf("nothing was said: %s", r.log)
	}
}
