package notify

import (
	"slices"
	"time"

	"example.com/lodge/internal/config"
)

// speaks says whether a channel may say something at now, whatever there is to
// say.
func speaks(c config.Channel, r record, now time.Time, zone *time.Location) bool {
	if !r.SentAt.IsZero() && now.Before(r.SentAt.Add(c.Quiet)) {
		return false
	}
	if c.Digest == "" {
		return true
	}
	last := r.SentAt
	if last.IsZero() {
		last = r.Begun // the first digest waits for its time as well
	}
	return last.Before(digestBefore(c.Digest, now, zone))
}

// digestBefore is the last time not after now at which a digest was due. at is
// "15:04"; package config has checked it.
func digestBefore(at string, now time.Time, zone *time.Location) time.Time {
	t, _ := time.Parse("15:04", at)
	y, m, d := now.In(zone).Date()
	due := time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, zone)
	if due.After(now) {
		due = time.Date(y, m, d-1, t.Hour(), t.Minute(), 0, 0, zone)
	}
	return due
}

// choose says what a channel is told now. If a single reminder is due, all that
// is open is told again: one reminder a day, and not one for each item.
func choose(c config.Channel, r record, items []Item, now time.Time, zone *time.Location) digest {
	var d digest
	remind := false
	for _, i := range items {
		if !slices.Contains(c.For, i.Who) {
			continue
		}
		told, ok := r.Told[i.ID]
		switch {
		case !ok:
			d.fresh = append(d.fresh, i)
		default:
			d.rest = append(d.rest, i)
			remind = remind || !now.Before(reminder(told, c.Remind, zone))
		}
	}
	if remind {
		d.again, d.rest = d.rest, nil
	}
	return d
}

// reminder is when something that was told at told is told again: after that
// many hours of working days.
func reminder(told time.Time, after time.Duration, zone *time.Location) time.Time {
	due := told.Add(after)
	for day := told.In(zone); !day.After(due); day = day.AddDate(0, 0, 1) {
		if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
			due = due.AddDate(0, 0, 1)
		}
	}
	return due
}
