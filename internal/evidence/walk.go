package evidence

import (
	"context"
	"fmt"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Accounts are the accounts of which the store holds anything, in order. Strays
// are what lies beside them and is no account's.
func (s *Store) Accounts(ctx context.Context) (names, strays []string, err error) {
	for e, err := range s.objects.List(ctx, "", true) {
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("evidence: %w", err)
		case e.Folder && plainName(e.Name):
			names = append(names, e.Name)
		default:
			strays = append(strays, e.Name)
		}
	}
	slices.Sort(names)
	return names, strays, nil
}

// Chain lists the numbers of an account's links, in order, and what else lies in
// its chain. What a killed program left unfinished is passed over.
func (s *Store) Chain(ctx context.Context, account string) (numbers []int64, strays []string, err error) {
	for e, err := range s.objects.List(ctx, path.Dir(linkPath(account, 1)), true) {
		if err != nil {
			return nil, nil, fmt.Errorf("evidence: %w", err)
		}
		n, _ := strconv.ParseInt(strings.TrimSuffix(path.Base(e.Name), ".json"), 10, 64)
		if n > 0 && e.Name == linkPath(account, n) && !e.Folder && !e.Strange {
			numbers = append(numbers, n)
		} else {
			strays = append(strays, e.Name)
		}
	}
	slices.Sort(numbers) // beyond eight digits names do not sort as numbers do
	return numbers, strays, nil
}

// A Kept is what lies in the folder of one attempt.
type Kept struct {
	Path  string   // below the store
	Files []string // their names, marks and the word of a prune included; of a folder that lies there its own
	Stray bool     // it is nothing of an attempt: Path lies where none may
}

// Folders gives the folders of all attempts of an account, and of one submission
// if that is not "". Empty ones are left out.
func (s *Store) Folders(ctx context.Context, account, submissionID string) iter.Seq2[Kept, error] {
	return func(yield func(Kept, error) bool) {
		root := encode(account)
		within := root
		if submissionID != "" {
			within = path.Join(root, encode(submissionID))
		}
		var kept Kept // what was gathered so far
		for e, err := range s.objects.List(ctx, within, false) {
			if err != nil {
				yield(Kept{}, fmt.Errorf("evidence: %w", err))
				return
			}
			parts := strings.SplitN(e.Name, "/", depth)
			switch {
			case parts[1] == chainName:
				continue
			case len(parts) < depth:
				if !yield(Kept{Path: e.Name, Stray: true}, nil) {
					return
				}
				continue
			}
			folder := strings.Join(parts[:depth-1], "/")
			if folder != kept.Path {
				if kept.Path != "" && !yield(kept, nil) {
					return
				}
				kept = Kept{Path: folder}
			}
			name, _, _ := strings.Cut(parts[depth-1], "/")
			if !slices.Contains(kept.Files[max(0, len(kept.Files)-1):], name) {
				kept.Files = append(kept.Files, name)
			}
		}
		if kept.Path != "" {
			yield(kept, nil)
		}
	}
}
