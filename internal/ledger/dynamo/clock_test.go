package dynamo

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
)

// A watch is a machine's clock that a test turns. Its wall is wrong by far, and
// nothing may ask for it.
type watch struct {
	mu   sync.Mutex
	boot time.Duration
}

func (w *watch) Now() time.Time { return time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC) }

func (w *watch) Boot() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.boot
}

func (w *watch) turn(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.boot += d
}

// header is what the service says at a time.
func header(at time.Time) http.Header {
	return http.Header{"Date": {at.UTC().Format(http.TimeFormat)}, "X-Amzn-Requestid": {"R"}}
}

// near says whether the time that k tells is at, give or take margin.
func near(t *testing.T, what string, k *timekeeper, at time.Time, margin time.Duration) {
	t.Helper()
	now, err := k.now()
	if err != nil || now.Sub(at).Abs() > margin {
		t.Errorf("%s: it is %s, want %s: %v", what, now, at, err)
	}
}

func unknown(t *testing.T, what string, k *timekeeper, says string) {
	t.Helper()
	if now, err := k.now(); err == nil || k.known() || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "the operator") {
		t.Errorf("%s: it is %s, %v", what, now, err)
	}
}

func TestTimekeeper(t *testing.T) {
	w := &watch{boot: time.Hour}
	k, at := &timekeeper{clock: w}, time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	hear := func(took time.Duration, h http.Header) {
		begun := w.Boot()
		w.turn(took)
		k.heard(begun, w.Boot(), h)
	}
	unknown(t, "before any answer", k, "no answer")
	hear(0, http.Header{"Date": {"yesterday"}, "X-Amzn-Requestid": {"R"}})
	hear(0, http.Header{"Date": header(at)["Date"]}) // of a proxy, say
	unknown(t, "after answers that do not tell it", k, "no answer")
	hear(3*time.Minute, header(at))
	unknown(t, "after an answer that took minutes", k, "no answer")

	hear(0, header(at))
	near(t, "at once", k, at, time.Second)
	hear(40*time.Second, header(at.Add(20*time.Second)))
	near(t, "a worse answer", k, at.Add(40*time.Second), time.Second)
	w.turn(4 * time.Minute)
	near(t, "4 minutes later", k, at.Add(4*time.Minute+40*time.Second), time.Second)
	w.turn(6 * time.Minute)
	unknown(t, "without an answer for too long", k, "for more than 10m")

	at = at.Add(11 * time.Minute)
	hear(0, header(at))
	hear(0, header(at.Add(time.Hour)))
	unknown(t, "two answers that differ", k, "differ by 1h0m")
	hear(0, header(at))
	unknown(t, "still", k, "differ by 1h0m")
	hear(0, header(at))
	near(t, "settled by a third", k, at, time.Second)

	hear(0, header(at.Add(-30*time.Second))) // within the margin: kept, and the clock stands
	if now, err := k.now(); err != nil || now.Before(at) {
		t.Errorf("the clock went back to %s: %v", now, err)
	}
	w.turn(11 * time.Minute)
	hear(0, header(at.Add(-time.Hour)))
	if now, err := k.now(); err == nil || !strings.Contains(err.Error(), "went back") {
		t.Errorf("an hour back: it is %s, %v", now, err)
	}
}

// The clock is that of the service, whatever this machine's wall says, and is
// asked for again once it is stale.
func TestNow(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	ahead, silent, asked := 2*time.Hour, false, 0
	client := s.client(tripper(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		asked++
		answer.Header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		if silent {
			answer.Header.Del("Date")
		}
		return answer, nil
	}), 1)
	w := &watch{boot: clock.System{}.Boot()}
	e, err := open(t.Context(), client, s.table(t), w)
	if err != nil {
		t.Fatal(err)
	}
	before := asked
	now, err := e.Now(t.Context())
	if err != nil || now.Sub(time.Now().Add(ahead)).Abs() > 10*time.Second || asked != before {
		t.Errorf("it is %s, %v, after %d requests", now, err, asked-before)
	}
	w.turn(stale + time.Second)
	ahead += stale + time.Second
	if now, err := e.Now(t.Context()); err != nil || now.Sub(time.Now().Add(ahead)).Abs() > 10*time.Second || asked != before+1 {
		t.Errorf("a stale clock: it is %s, %v, after %d requests", now, err, asked-before)
	}
	w.turn(stale + time.Second)
	silent = true
	if now, err := e.Now(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be known") {
		t.Errorf("without a date: it is %s, %v", now, err)
	}
	if err := e.Store(t.Context(), sample("1", 1), nil); err != nil {
		t.Errorf("what needs no clock goes on: %v", err)
	}
}
