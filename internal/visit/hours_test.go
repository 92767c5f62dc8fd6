package visit

import (
	"testing"
	"time"

	"example.com/lodge/carriers"
)

// TestOpens has a case for each way in which the arithmetic of windows goes
// wrong: the end of a week, midnight, both changes of the clock, another zone.
func TestOpens(t *testing.T) {
	eastern, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	const hour = time.Hour
	work := carriers.Window{Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, From: 8 * hour, To: 18 * hour}
	night := carriers.Window{From: 22 * hour, To: 2*hour + 30*time.Minute}
	friday := carriers.Window{Days: []time.Weekday{time.Friday}, From: 22 * hour, To: 2 * hour}
	monday := carriers.Window{Days: []time.Weekday{time.Monday}, From: 8 * hour, To: 9 * hour}
	day := carriers.Window{Days: []time.Weekday{time.Saturday}}
	gap := carriers.Window{From: 3 * hour, To: 4 * hour}

	for _, c := range []struct {
		name, now, want string // want "": open
		windows         []carriers.Window
	}{
		{"no windows", "2026-11-07 03:00:00 -0500", "", nil},
		{"inside", "2026-11-06 12:00:00 -0500", "", []carriers.Window{work}},
		{"at the opening", "2026-11-06 08:00:00 -0500", "", []carriers.Window{work}},
		{"a second before", "2026-11-06 07:59:59 -0500", "2026-11-06 08:00:00 -0500", []carriers.Window{work}},
		{"the last second", "2026-11-06 17:59:59 -0500", "", []carriers.Window{work}},
		{"at the close, Friday", "2026-11-06 18:00:00 -0500", "2026-11-09 08:00:00 -0500", []carriers.Window{work}},
		{"on a Saturday", "2026-11-07 12:00:00 -0500", "2026-11-09 08:00:00 -0500", []carriers.Window{work}},
		{"in another zone's evening", "2026-11-06 23:30:00 +0000", "2026-11-09 08:00:00 -0500", []carriers.Window{work}},
		{"before midnight", "2026-11-06 23:00:00 -0500", "", []carriers.Window{night}},
		{"after midnight", "2026-11-07 02:29:59 -0500", "", []carriers.Window{night}},
		{"after the night", "2026-11-07 02:30:00 -0500", "2026-11-07 22:00:00 -0500", []carriers.Window{night}},
		{"Saturday, of Friday's night", "2026-11-07 01:00:00 -0500", "", []carriers.Window{friday}},
		{"Friday, before its night", "2026-11-06 01:00:00 -0500", "2026-11-06 22:00:00 -0500", []carriers.Window{friday}},
		{"a week to wait", "2026-11-02 09:00:00 -0500", "2026-11-09 08:00:00 -0500", []carriers.Window{monday}},
		{"the whole of a day", "2026-11-07 23:59:59 -0500", "", []carriers.Window{day}},
		{"after the whole of a day", "2026-11-08 00:00:00 -0500", "2026-11-14 00:00:00 -0500", []carriers.Window{day}},
		{"the earliest of several", "2026-11-07 12:00:00 -0500", "2026-11-07 22:00:00 -0500", []carriers.Window{work, night}},
		{"the clock goes back overnight", "2026-10-31 19:00:00 -0400", "2026-11-01 03:00:00 -0500", []carriers.Window{gap}},
		{"the clock goes forward overnight", "2026-03-07 19:00:00 -0500", "2026-03-08 03:00:00 -0400", []carriers.Window{gap}},
		{"the night that is an hour longer", "2026-11-01 02:29:00 -0500", "", []carriers.Window{night}},
		{"the night that is an hour shorter", "2026-03-08 04:00:00 -0400", "2026-03-08 22:00:00 -0400", []carriers.Window{night}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, want := opens(c.windows, eastern, instant(t, c.now)), time.Time{}
			if c.want != "" {
				want = instant(t, c.want)
			}
			if !got.Equal(want) {
				t.Errorf("opens %s, want %s", got, want)
			}
		})
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -0700", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
