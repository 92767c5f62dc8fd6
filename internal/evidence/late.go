package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// ResultsOf returns the late results of one attempt, in the order of their names;
// none if it left none. It reads one folder.
func (s *Store) ResultsOf(ctx context.Context, account, submissionID, attemptID string) ([]Result, error) {
	folder := path.Join(encode(account), encode(submissionID), encode(attemptID))
	files, err := fs.ReadDir(s.root.FS(), folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("evidence: attempt %s: %w: the operator looks at that disk", attemptID, err)
	}
	var list []Result
	for _, f := range files {
		if !isResult(f.Name()) {
			continue
		}
		r, err := record(s.root.FS(), path.Join(folder, f.Name()), func(r Result) int { return r.Format })
		if err != nil {
			return list, fmt.Errorf("evidence: %s of attempt %s cannot be read: %w: the operator looks at the file", f.Name(), attemptID, err)
		}
		list = append(list, r)
	}
	return list, ctx.Err()
}
