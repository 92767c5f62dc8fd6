package main

import (
	"testing"
	"time"

	"example.com/lodge/internal/submission"
)

// TestFiler: what was looked for a moment ago is not filed by the next run, if that
// comes within ten minutes.
func TestFiler(t *testing.T) {
	looked := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	a := &app{zone: time.UTC}
	for after, want := range map[time.Duration]string{
		0:               "first run after 2026-11-02 09:10:00",
		9 * time.Minute: "first run after 2026-11-02 09:10:00",
		time.Hour:       "next run",
	} {
		s := submission.Submission{UpdatedAt: looked.Add(after), Revisions: []submission.Revision{{Looks: []submission.Look{{At: looked}}}}}
		if got := a.filer(s); got != want {
			t.Errorf("%s after the look: %q, want %q", after, got, want)
		}
	}
	if got := a.filer(submission.Submission{UpdatedAt: looked}); got != "next run" {
		t.Errorf("what was never looked for: %q", got)
	}
}
