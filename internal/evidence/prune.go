package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
)

// What stands where a submission's id does: for what was seen of failed logins,
// and of rehearsals.
const (
	Logins     = "login"
	Rehearsals = "rehearsal"
)

// OfNone says whether what lies under id is no submission's evidence.
func OfNone(id string) bool { return id == Logins || id == Rehearsals }

// tombName is what is left in the folder of an attempt whose files were removed,
// for people who look there.
const tombName = "pruned.json"

// prunedAtOnce bounds how many links one link can say were pruned.
const prunedAtOnce = 1000

// Pruned says of which links the files were removed, because the firm keeps
// evidence no longer. The links themselves stay.
type Pruned struct {
	Links  []int64   `json:"links"`
	Before time.Time `json:"before"` // each of them is older
	Keep   string    `json:"keep"`   // the setting, such as "7y"
}

// A Pruning says what may be removed.
type Pruning struct {
	Sealing           // After, At and By of the link that tells of it
	Before  time.Time // what was sealed before this
	Keep    string    // the setting that says so
	Dry     bool      // only count

	// Free says whether nobody needs a submission's evidence any more: where it
	// stands is final. It is not asked of what is no submission's.
	Free func(ctx context.Context, submissionID string) (bool, error)
}

// Removed counts what Prune removed, or would.
type Removed struct {
	Attempts int   `json:"attempts"`
	Files    int   `json:"files"`
	Bytes    int64 `json:"bytes"`
	Kept     int   `json:"kept"` // attempts that are old enough, of submissions that are not final
}

// Prune removes the files of attempts that are old enough and that nobody needs.
// First a link says so, then they go: a chain of which anything else is missing
// does not verify. Of a chain that is broken nothing is removed. It returns how
// far the chain is known now, also with an error.
func (s *Store) Prune(ctx context.Context, account string, p Pruning) (Removed, submission.Head, error) {
	head := p.After
	removed, old, err := s.old(ctx, account, p)
	if err != nil {
		return Removed{}, head, fmt.Errorf("evidence: look for what is old of account %s: %w; nothing was removed", account, err)
	}
	for len(old) > 0 && !p.Dry {
		part := old[:min(len(old), prunedAtOnce)]
		old = old[len(part):]
		told := Link{Account: account, At: p.At.UTC(), By: p.By, Pruned: &Pruned{Links: part, Before: p.Before.UTC(), Keep: p.Keep}}
		if head, err = s.append(ctx, told, head); err != nil {
			return removed, head, fmt.Errorf("evidence: tell in the chain of account %s what is removed: %w; nothing of it was removed",
				account, err)
		}
		if err := s.forget(ctx, account, part, head.N, *told.Pruned); err != nil {
			return removed, head, fmt.Errorf("evidence: remove what is old of account %s: %w; the next prune goes on", account, err)
		}
	}
	return removed, head, nil
}

// A candidate is a link that is old enough.
type candidate struct {
	n          int64
	submission string
	files      int
	bytes      int64
}

// old are the links whose files may go. What an earlier prune, which was broken
// off, has left goes at once.
func (s *Store) old(ctx context.Context, account string, p Pruning) (Removed, []int64, error) {
	var list []candidate
	gone := map[int64]bool{}
	for l, err := range s.Links(ctx, account, submission.Head{}) {
		switch {
		case err != nil:
			return Removed{}, nil, err
		case l.Pruned != nil:
			for _, n := range l.Pruned.Links {
				gone[n] = true
			}
			if p.Dry {
				continue
			}
			if err := s.forget(ctx, account, l.Pruned.Links, l.N, *l.Pruned); err != nil {
				return Removed{}, nil, err
			}
		case l.At.Before(p.Before):
			list = append(list, l.candidate())
		}
	}
	return p.choose(ctx, slices.DeleteFunc(list, func(c candidate) bool { return gone[c.n] }))
}

// choose takes those of which nobody needs the submission any more.
func (p Pruning) choose(ctx context.Context, list []candidate) (removed Removed, links []int64, err error) {
	for _, c := range list {
		free := OfNone(c.submission)
		if !free {
			if free, err = p.Free(ctx, c.submission); err != nil {
				return Removed{}, nil, err
			}
		}
		if !free {
			removed.Kept++
			continue
		}
		links = append(links, c.n)
		removed.Attempts, removed.Files, removed.Bytes = removed.Attempts+1, removed.Files+c.files, removed.Bytes+c.bytes
	}
	return removed, links, nil
}

func (l Link) candidate() candidate {
	c := candidate{n: l.N, submission: l.Submission, files: len(l.Files)}
	for _, f := range l.Files {
		c.bytes += f.Size
	}
	return c
}

// forget removes the files of links, and leaves word of it in their folders.
func (s *Store) forget(ctx context.Context, account string, links []int64, by int64, why Pruned) error {
	for _, n := range links {
		if err := ctx.Err(); err != nil {
			return err
		}
		l, _, err := s.Link(ctx, account, n)
		if err != nil {
			return err
		}
		if err := s.empty(ctx, l, by, why); err != nil {
			return fmt.Errorf("attempt %s of submission %s: %w", l.Attempt, l.Submission, err)
		}
	}
	return nil
}

// empty removes a link's files. The word of it comes last: a folder that has it
// is done with.
func (s *Store) empty(ctx context.Context, l Link, by int64, why Pruned) error {
	there, err := objects.Sweep(ctx, s.objects, l.Folder())
	if err != nil {
		return err
	}
	for e, err := range s.objects.List(ctx, l.Folder(), true) {
		if err != nil {
			return err
		}
		name := path.Base(e.Name)
		if _, named := l.Has(name); e.Folder || !named && name != markName(l.N) {
			continue
		}
		there++
		if err := s.objects.Remove(ctx, e.Name); err != nil {
			return err
		}
	}
	if there == 0 {
		return nil
	}
	data, err := encodeJSON(Word{Link: l.N, By: by, Keep: why.Keep})
	if err == nil {
		err = s.objects.Create(ctx, path.Join(l.Folder(), tombName), data)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// Tomb says whether a file of an attempt's folder is the word that its others
// were removed.
func Tomb(name string) bool { return name == tombName }

// A Word is what is left in the folder of an attempt whose files were removed.
type Word struct {
	Link int64  `json:"link"`           // that names the files
	By   int64  `json:"pruned_by_link"` // that says that they were removed
	Keep string `json:"keep"`           // the setting
}

// Word reads the word that is left in an attempt's folder, below the store.
func (s *Store) Word(ctx context.Context, folder string) (Word, error) {
	var w Word
	data, err := objects.Read(ctx, s.objects, path.Join(folder, tombName), maxRecord)
	if err == nil {
		err = json.Unmarshal(data, &w)
	}
	return w, err
}
