package campaign

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// told is how many lines a story keeps: the last ones.
const told = 4000

// story is what happened in a world, with its times.
type story struct {
	mu    sync.Mutex
	lines []string
}

func newStory() *story { return &story{} }

func (s *story) tell(at time.Duration, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.lines) >= 2*told {
		s.lines = slices.Delete(s.lines, 0, told)
	}
	s.lines = append(s.lines, fmt.Sprintf("%13s  ", at.Truncate(time.Millisecond))+fmt.Sprintf(format, args...))
}

func (s *story) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// handler has what Lodge logs in the story.
func (s *story) handler(w *World) slog.Handler { return &teller{w: w} }

type teller struct {
	w    *World
	with string
}

func (t *teller) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

func (t *teller) Handle(_ context.Context, r slog.Record) error {
	var line strings.Builder
	line.WriteString(r.Message + t.with)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&line, " %s=%q", a.Key, a.Value)
		return true
	})
	t.w.story.tell(t.w.now(), "  log: %s", line.String())
	return nil
}

func (t *teller) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := t.with
	for _, a := range attrs {
		with += fmt.Sprintf(" %s=%s", a.Key, a.Value)
	}
	return &teller{t.w, with}
}

func (t *teller) WithGroup(string) slog.Handler { return t }
