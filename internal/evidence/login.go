package evidence

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"example.com/lodge/internal/submission"
)

// LoginName is the file of a failed login's [Login].
const LoginName = "login.json"

// A Login tells which visit a failed login was of. A ledger that was put back to an
// earlier time has forgotten the visit, and with it that the password was refused.
type Login struct {
	Format  int    `json:"format"`
	Attempt string `json:"attempt"` // its id
	Account string `json:"account"`
	Fence   int64  `json:"fence"` // of the visit: those of an account only grow
}

// Login stores which visit a failed login was of, before anything else is kept of it.
func (f *Folder) Login(ctx context.Context, fence int64) (submission.Proof, error) {
	data, err := encodeJSON(Login{Format: format, Attempt: f.attempt, Account: f.account, Fence: fence})
	if err != nil {
		return submission.Proof{}, f.failed(LoginName, err)
	}
	return f.write(ctx, LoginName, data)
}

// FailedLogins returns the latest failed logins to an account, of rehearsals too, newest
// first, at most n. Of one that was killed before it was stored there is nothing.
func (s *Store) FailedLogins(ctx context.Context, account string, n int) ([]Login, error) {
	var folders []string
	for _, kind := range []string{Logins, Rehearsals} {
		for e, err := range s.objects.List(ctx, path.Join(encode(account), kind), true) {
			if err != nil {
				return nil, fmt.Errorf("evidence: failed logins to account %s: %w", account, err)
			}
			if e.Folder {
				folders = append(folders, e.Name)
			}
		}
	}
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(path.Base(b), path.Base(a)) }) // ULIDs, which are in the order of time
	var list []Login
	for _, folder := range folders {
		if len(list) == n {
			break
		}
		switch l, err := record(ctx, s, path.Join(folder, LoginName), func(l Login) int { return l.Format }); {
		case err == nil:
			list = append(list, l)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return list, nil
}
