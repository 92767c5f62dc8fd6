package main

import (
	"fmt"
	"strings"
	"time"

	"example.com/lodge/internal/submission"
)

// words are a state as people read it.
func words(s submission.State) string {
	if s == submission.NeedsPerson {
		return "needs person"
	}
	return string(s)
}

// count is a number of things: "1 invoice", "3 invoices".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// ago is how long before now t was, in one unit: "3 min".
func ago(now, t time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// until is when a deadline ends or how long ago it ended, in one unit: "late in
// 3 days", "late since 5 days".
func (v *view) until(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.After(v.now):
		return "late in " + strings.ReplaceAll(ago(t, v.now), "now", "a minute")
	}
	return "late since " + strings.ReplaceAll(ago(v.now, t), "now", "a minute")
}

// stamp is a time as people and other programs read it, in the zone of the reader.
func (a *app) stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(a.zone).Format("2006-01-02 15:04:05")
}

// filer is which run files what is ready: none that would look for it right after a
// look that did not show it.
func (a *app) filer(s submission.Submission) string {
	if from := s.SendFrom(); from.After(s.UpdatedAt) {
		return "first run after " + a.stamp(from)
	}
	return "next run"
}

// megabytes is a size in bytes as people read it.
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
