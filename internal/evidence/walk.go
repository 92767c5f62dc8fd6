package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.com/lodge/internal/durable"
)

// Accounts are the accounts of which the store holds anything, in order. Strays
// are what lies beside them and is no account's.
func (s *Store) Accounts() (names, strays []string, err error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return nil, nil, fmt.Errorf("evidence: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && plainName(e.Name()) {
			names = append(names, e.Name())
		} else {
			strays = append(strays, e.Name())
		}
	}
	return names, strays, nil
}

// Chain lists the numbers of an account's links, in order, and what else lies in
// its chain. What a killed program left unfinished is passed over.
func (s *Store) Chain(account string) (numbers []int64, strays []string, err error) {
	dir := path.Dir(linkPath(account, 1))
	entries, err := fs.ReadDir(s.root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("evidence: %w", err)
	}
	for _, e := range entries {
		n, _ := strconv.ParseInt(strings.TrimSuffix(e.Name(), ".json"), 10, 64)
		switch {
		case n > 0 && path.Join(dir, e.Name()) == linkPath(account, n) && e.Type().IsRegular():
			numbers = append(numbers, n)
		case !strings.HasSuffix(e.Name(), durable.Partial):
			strays = append(strays, path.Join(dir, e.Name()))
		}
	}
	slices.Sort(numbers) // beyond eight digits names do not sort as numbers do
	return numbers, strays, nil
}

// A Kept is what lies in the folder of one attempt.
type Kept struct {
	Path  string   // below the store
	Files []string // their names, marks and the word of a prune included
	Stray bool     // it is no folder of an attempt: Path lies where none may
}

// Folders gives the folders of all attempts of an account, and of one submission
// if that is not "".
func (s *Store) Folders(ctx context.Context, account, submissionID string) iter.Seq2[Kept, error] {
	return func(yield func(Kept, error) bool) {
		root := encode(account)
		for sub, err := range s.entries(ctx, root) {
			where := path.Join(root, sub.name)
			switch {
			case err == nil && (sub.name == chainName || submissionID != "" && sub.name != encode(submissionID)):
				continue
			case err != nil || !sub.folder:
				if !yield(Kept{Path: where, Stray: true}, err) {
					return
				}
				continue
			}
			for attempt, err := range s.entries(ctx, where) {
				kept := Kept{Path: path.Join(where, attempt.name), Stray: !attempt.folder}
				if err == nil && attempt.folder {
					kept.Files, err = s.names(ctx, kept.Path)
				}
				if !yield(kept, err) {
					return
				}
			}
		}
	}
}

type entry struct {
	name   string
	folder bool
}

// entries lists a folder; one that is not there is empty.
func (s *Store) entries(ctx context.Context, dir string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		list, err := fs.ReadDir(s.root.FS(), dir)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(entry{}, fmt.Errorf("evidence: %w", err))
			return
		}
		for _, e := range list {
			if !strings.HasSuffix(e.Name(), durable.Partial) && !yield(entry{e.Name(), e.IsDir()}, nil) {
				return
			}
		}
	}
}

func (s *Store) names(ctx context.Context, dir string) (names []string, err error) {
	for e, err := range s.entries(ctx, dir) {
		if err != nil {
			return names, err
		}
		names = append(names, e.name)
	}
	return names, nil
}
