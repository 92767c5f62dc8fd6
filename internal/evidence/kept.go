package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/submission"
)

// Kept returns the proofs of everything that the store has of an attempt, as it
// is now. It proves what the files are, and not that nobody changed them.
func (s *Store) Kept(ctx context.Context, account, submissionID, attemptID string) ([]submission.Proof, error) {
	folder := path.Join(encode(account), encode(submissionID), encode(attemptID))
	files, err := fs.ReadDir(s.root.FS(), folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("evidence: attempt %s: %w: the operator looks at that disk", attemptID, err)
	}
	var proofs []submission.Proof
	for _, f := range files {
		if !f.Type().IsRegular() || strings.HasSuffix(f.Name(), durable.Partial) {
			continue
		}
		name := path.Join(folder, f.Name())
		sha, _, err := s.Sum(ctx, name)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, fmt.Errorf("evidence: attempt %s: %w: the operator looks at that disk", attemptID, err)
		}
		proofs = append(proofs, submission.Proof{Name: name, SHA: sha})
	}
	return proofs, nil
}
