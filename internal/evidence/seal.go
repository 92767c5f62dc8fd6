package evidence

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"time"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
)

// A Sealing says what a new link says beside the files.
type Sealing struct {
	After   submission.Head // as far as the ledger knows the chain; the new link comes after it, or later
	At      time.Time       // on the ledger's clock
	By      string          // the holder
	Invoice string          // for people
}

// Seal ends the attempt: its files are named in a new link of the account's
// chain. What dead programs left unsealed of the same submission is sealed
// first. It returns how far the chain is known now, also with an error. What
// could not be sealed stays, and whoever comes next seals it.
func (f *Folder) Seal(ctx context.Context, how Sealing) (submission.Head, error) {
	head, leftErr := f.store.SealLeft(ctx, f.account, f.submission, f.attempt, how)
	how.After = head
	f.mu.Lock()
	files := slices.Clone(f.kept)
	f.mu.Unlock()
	if len(files) == 0 {
		return head, leftErr
	}
	head, err := f.store.seal(ctx, Link{Submission: f.submission, Attempt: f.attempt, Files: files, Account: f.account}, how)
	if err != nil {
		return head, errors.Join(leftErr, fmt.Errorf("evidence: seal attempt %s of account %s: %w", f.attempt, f.account, err))
	}
	f.mu.Lock()
	f.kept = f.kept[len(files):]
	f.mu.Unlock()
	return head, leftErr
}

// SealLeft seals what no link names of the attempts of a submission, all but
// one (""), because their programs ended before they came to it. What a living
// program still gathers may be among it, which does no harm: the rest gets a
// link of its own.
func (s *Store) SealLeft(ctx context.Context, account, submissionID, but string, how Sealing) (submission.Head, error) {
	head := how.After
	attempts, err := s.notWhole(ctx, path.Join(encode(account), encode(submissionID)))
	var errs []error
	if err != nil {
		errs = append(errs, fmt.Errorf("evidence: what is left of account %s: %w", account, err))
	}
	for _, a := range attempts {
		if a.name == encode(but) && but != "" {
			continue
		}
		// Attempts are called by ULIDs, which encode leaves as they are.
		l := Link{Account: account, Submission: submissionID, Attempt: a.name, Left: true}
		how.After = head
		if l.Files, err = s.unsealed(ctx, l, a); err == nil && len(l.Files) > 0 {
			head, err = s.seal(ctx, l, how)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: seal what is left of attempt %s, account %s: %w", l.Attempt, account, err))
		}
	}
	return head, errors.Join(errs...)
}

// seal appends l and leaves a mark in the attempt's folder, which says where it
// is sealed. Without the mark, after a crash for instance, the same files are
// sealed once more, which is no contradiction.
func (s *Store) seal(ctx context.Context, l Link, how Sealing) (submission.Head, error) {
	l.At, l.By, l.Invoice = how.At.UTC(), how.By, how.Invoice
	slices.SortFunc(l.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	head, err := s.append(ctx, l, how.After)
	if err == nil { // of a mark only the name counts, and a mark that is lost is a hint less
		_ = objects.Hint(ctx, s.objects, path.Join(l.Folder(), markName(head.N)), []byte(head.String()+"\n"))
	}
	return head, err
}

// append writes l as the next link. Others may be at it: whoever comes second
// reads the winner's link and takes the number after it.
func (s *Store) append(ctx context.Context, l Link, after submission.Head) (submission.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	head := s.heads[l.Account]
	if head.N < after.N {
		head = after
	}
	for {
		if err := ctx.Err(); err != nil {
			return head, err
		}
		l.Format, l.N, l.Before = format, head.N+1, head.SHA
		data, err := encodeJSON(l)
		if err != nil {
			return head, err
		}
		name := linkPath(l.Account, l.N)
		err = s.objects.Create(ctx, name, data)
		taken := errors.Is(err, fs.ErrExist)
		if err != nil && !taken {
			return head, err
		}
		if taken {
			if data, err = s.readLink(ctx, name); err != nil {
				return head, err
			}
		}
		head = submission.Head{N: l.N, SHA: sum(data)}
		s.heads[l.Account] = head
		if !taken {
			return head, nil
		}
	}
}

func markName(n int64) string { return fmt.Sprintf("sealed-%08d.json", n) }

var markRE = regexp.MustCompile(`^sealed-(\d{8,18})\.json$`)

// Marked says which link the name of a mark is of; 0 if it is none.
func Marked(name string) int64 {
	m := markRE.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || markName(n) != name {
		return 0
	}
	return n
}

// unsealed hashes the files of an attempt's folder that no link names.
func (s *Store) unsealed(ctx context.Context, l Link, a gatheredIn) ([]File, error) {
	named := map[string]bool{tombName: true}
	for _, name := range a.names {
		n := Marked(name)
		if n == 0 {
			continue
		}
		named[name] = true
		sealed, _, err := s.Link(ctx, l.Account, n)
		if err != nil || sealed.Folder() != l.Folder() {
			foreign := fmt.Errorf("%s names a link that is not its own: %w: lodge evidence verify tells more", name, ErrBroken)
			return nil, errors.Join(foreign, err)
		}
		for _, f := range sealed.Files {
			named[f.Name] = true
		}
	}
	var files []File
	for _, name := range a.names {
		if named[name] || a.strange[name] {
			continue
		}
		sha, size, err := s.Sum(ctx, path.Join(l.Folder(), name))
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: name, SHA: sha, Size: size})
	}
	if len(files) == 0 {
		s.rememberWhole(l.Folder(), a.names)
	}
	return files, nil
}
