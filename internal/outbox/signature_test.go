package outbox

import (
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/secret"
)

// The vector of the specification's own libraries: libraries/go/webhook_test.go,
// TestWebhookSign, and the same in the other languages.
func TestPublishedVector(t *testing.T) {
	keys, err := keysOf(secret.NewValue("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if _, err := sign(keys, "a.1", time.Unix(1614265330, 0), nil); err == nil {
		t.Error("an id with a full stop was signed")
	}
}

func TestSecrets(t *testing.T) {
	const good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	for text, ok := range map[string]bool{
		good: true, good + " " + good: true, good + "\n": true,
		"": false, " ": false, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": false, "whsec_": false, "whsec_c2hvcnQ=": false, "whsec_!" + good: false,
		good + " x": false, strings.Repeat(good+" ", 5): false, "whsec_" + strings.Repeat("AAAA", 30): false,
	} {
		err := CheckSecret(secret.NewValue(text))
		if ok != (err == nil) || err != nil && !errors.Is(err, ErrSecret) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Half of a rest is chance, each is twice the one before, and none is longer than
// the longest.
func TestBackOff(t *testing.T) {
	for _, c := range []struct {
		n      int
		chance float64
		want   time.Duration
	}{
		{1, 0, 2500 * time.Millisecond}, {1, 0.5, 3750 * time.Millisecond}, {2, 0, 5 * time.Second}, {3, 0, 10 * time.Second},
		{9, 0, 450 * time.Second}, {1 << 40, 0, 450 * time.Second}, {1 << 40, 0.999999999, 15*time.Minute - 1},
	} {
		if got := whileDown.after(c.n, c.chance); got < c.want-time.Microsecond || got > c.want+time.Microsecond {
			t.Errorf("%d, %v: %s, want %s", c.n, c.chance, got, c.want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, s := range []string{"", "120", "-1", "99999999999999999999", "Sun, 22 Nov 2026 09:10:00 GMT", "Sun, 22 Nov 2020 09:10:00 GMT", "soon"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d := after(text, now); d < 0 || d > longestAfter {
			t.Errorf("%q: %s", text, d)
		}
	})
	if after("Sun, 22 Nov 2026 09:10:00 GMT", now) != 10*time.Minute || after("120", now) != 2*time.Minute {
		f.Error("not understood")
	}
}
