package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Latest returns an account's latest intents, newest first, at most n, of the
// submissions whose folders have changed since then: attempts are named by ULIDs,
// which are in the order of time (github.com/ulid/spec). In a folder of this machine
// it reads those only; in a bucket, whose folders have no time, it lists the whole
// account, a thousand names a request, and gives the intents that were written since.
func (s *Store) Latest(ctx context.Context, account string, n int, since time.Time) ([]Intent, error) {
	latest := newest{n: n}
	if err := s.latest(ctx, encode(account), since, &latest); err != nil {
		return nil, fmt.Errorf("evidence: account %s: %w", account, err)
	}
	var list []Intent
	for _, name := range latest.names {
		in, err := record(ctx, s, name, func(i Intent) int { return i.Format })
		if err != nil {
			return nil, err
		}
		list = append(list, in)
	}
	return list, nil
}

func (s *Store) latest(ctx context.Context, folder string, since time.Time, latest *newest) error {
	for sub, err := range s.objects.List(ctx, folder, true) {
		if err != nil {
			return err
		}
		if !sub.Folder || path.Base(sub.Name) == chainName {
			continue
		}
		info, err := sub.Info()
		if err == nil && info.At.IsZero() {
			return s.latestOfAll(ctx, folder, since, latest)
		}
		if err == nil && info.At.Before(since) {
			continue
		}
		for a, err := range s.objects.List(ctx, sub.Name, true) {
			if err != nil {
				return err
			}
			if !a.Folder || !latest.wants(a.Name) {
				continue
			}
			switch _, err := s.objects.Stat(ctx, path.Join(a.Name, IntentName)); {
			case err == nil:
				latest.add(a.Name)
			case !errors.Is(err, fs.ErrNotExist):
				return err
			}
		}
	}
	return nil
}

// latestOfAll looks at every object of an account.
func (s *Store) latestOfAll(ctx context.Context, folder string, since time.Time, latest *newest) error {
	for e, err := range s.objects.List(ctx, folder, false) {
		if err != nil {
			return err
		}
		if path.Base(e.Name) != IntentName || strings.Count(e.Name, "/") != depth-1 {
			continue
		}
		if info, err := e.Info(); err == nil && info.At.Before(since) {
			continue
		}
		if attempt := path.Dir(e.Name); latest.wants(attempt) {
			latest.add(attempt)
		}
	}
	return nil
}

// newest are the n newest intents that were seen.
type newest struct {
	n     int
	names []string // newest first
}

// place is where an attempt's folder belongs.
func (l *newest) place(attempt string) int {
	i := len(l.names)
	for i > 0 && path.Base(path.Dir(l.names[i-1])) < path.Base(attempt) {
		i--
	}
	return i
}

func (l *newest) wants(attempt string) bool { return l.place(attempt) < l.n }

func (l *newest) add(attempt string) {
	at := l.place(attempt)
	after := l.names[at:min(len(l.names), l.n-1)]
	l.names = append(l.names[:at:at], append([]string{path.Join(attempt, IntentName)}, after...)...)
}
