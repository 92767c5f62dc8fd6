package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"time"
)

// Latest returns an account's latest intents, newest first, at most n, of the
// submissions whose folders have changed since then. It reads those only: attempts
// are named by ULIDs, which are in the order of time (github.com/ulid/spec).
func (s *Store) Latest(ctx context.Context, account string, n int, since time.Time) ([]Intent, error) {
	names, err := s.latest(ctx, encode(account), n, since)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("evidence: account %s: %w: the operator looks at that disk", account, err)
	}
	var list []Intent
	for _, name := range names {
		in, err := record(s.root.FS(), name, func(i Intent) int { return i.Format })
		if err != nil {
			return nil, fmt.Errorf("evidence: %s cannot be read: %w: the operator looks at the file",
				filepath.Join(s.root.Name(), name), err)
		}
		list = append(list, in)
	}
	return list, nil
}

// latest are the files of the intents.
func (s *Store) latest(ctx context.Context, folder string, n int, since time.Time) ([]string, error) {
	files := s.root.FS()
	submissions, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, sub := range submissions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if i, err := sub.Info(); err == nil && i.ModTime().Before(since) {
			continue
		}
		attempts, err := fs.ReadDir(files, path.Join(folder, sub.Name()))
		if err != nil {
			return nil, err
		}
		for _, a := range attempts {
			name := path.Join(folder, sub.Name(), a.Name(), IntentName)
			at := place(list, a.Name())
			if at >= n {
				continue
			}
			if _, err := fs.Stat(files, name); err == nil {
				list = append(list[:at], append([]string{name}, list[at:min(len(list), n-1)]...)...)
			}
		}
	}
	return list, nil
}

// place is where in list, newest first, an attempt belongs.
func place(list []string, attempt string) int {
	i := len(list)
	for i > 0 && path.Base(path.Dir(list[i-1])) < attempt {
		i--
	}
	return i
}
