package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// opens says when a site with these windows may next be used: the zero time if
// that is now. The windows are wall-clock times in zone, so that a change to or
// from daylight saving time moves no opening. One whose To is not after its From
// reaches into the next day.
func opens(windows []carriers.Window, zone *time.Location, now time.Time) time.Time {
	now = now.In(zone)
	var next time.Time
	for day := -1; len(windows) > 0 && day <= 7; day++ { // yesterday's may still be open, next week's is the last to come
		for _, w := range windows {
			from, to := bounds(w, now.AddDate(0, 0, day))
			switch {
			case len(w.Days) > 0 && !slices.Contains(w.Days, from.Weekday()), !now.Before(to):
			case !now.Before(from):
				return time.Time{}
			case next.IsZero() || from.Before(next):
				next = from
			}
		}
	}
	return next
}

// bounds are when the window that begins on date's day opens and closes.
func bounds(w carriers.Window, date time.Time) (from, to time.Time) {
	next := 0
	if w.To <= w.From {
		next = 1
	}
	at := func(day int, since time.Duration) time.Time {
		return time.Date(date.Year(), date.Month(), date.Day()+day, int(since/time.Hour), int(since%time.Hour/time.Minute),
			int(since%time.Minute/time.Second), 0, date.Location())
	}
	return at(0, w.From), at(next, w.To)
}

// closed says until when the carrier's site must not be used now; the zero time
// if it may.
func (v Visit) closed(ctx context.Context) (time.Time, error) {
	hours, zone := v.Carrier.Hours, v.Account.Timezone
	if len(hours.Windows) == 0 {
		return time.Time{}, nil
	}
	if zone == nil {
		var err error
		if zone, err = time.LoadLocation(hours.Zone); err != nil {
			return time.Time{}, fmt.Errorf("account %s: the hours of carrier %s: %w: the author mends the carrier",
				v.Account.Name, v.Carrier.Name, err)
		}
	}
	now, err := v.Ledger.Now(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return opens(hours.Windows, zone, now), nil
}

// keep holds everything that is due until the carrier's site may be used again.
// One that somebody else works on is left to them.
func (v Visit) keep(ctx context.Context, until time.Time) error {
	why := v.opensAt(until)
	if v.LookUp != "" {
		return carriers.Errorf(carriers.Unavailable, "account %s: %s", v.Account.Name, why)
	}
	e := submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, Hold: submission.HoldWindow, NotBefore: until, Why: why}
	for {
		due, err := v.Ledger.Due(ctx, v.Account.Name, most)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, d := range due {
			if err := v.holdBack(ctx, d.ID, e); err != nil {
				return fmt.Errorf("invoice %s, account %s: %w", d.Invoice, v.Account.Name, err)
			}
		}
	}
}

func (v Visit) opensAt(until time.Time) string {
	return fmt.Sprintf("the site of %s may be used again from %s", v.Carrier.Title, until.Format("Monday 15:04 MST"))
}

func (v Visit) holdBack(ctx context.Context, id string, e submission.Event) error {
	_, claim, err := v.Ledger.Claim(ctx, id, v.Owner, v.lease())
	if errors.Is(err, ledger.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = v.Ledger.Move(ctx, claim, e)
	return errors.Join(err, v.Ledger.Release(ctx, claim))
}
