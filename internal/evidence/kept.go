package evidence

import (
	"context"
	"fmt"
	"path"

	"example.com/lodge/internal/submission"
)

// Kept returns the proofs of everything that the store has of an attempt, as it
// is now. It proves what the files are, and not that nobody changed them.
func (s *Store) Kept(ctx context.Context, account, submissionID, attemptID string) ([]submission.Proof, error) {
	var proofs []submission.Proof
	for e, err := range s.objects.List(ctx, path.Join(encode(account), encode(submissionID), encode(attemptID)), true) {
		if err == nil && (e.Folder || e.Strange) {
			continue
		}
		var sha string
		if err == nil {
			sha, _, err = s.Sum(ctx, e.Name)
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, fmt.Errorf("evidence: attempt %s: %w: the operator looks at it", attemptID, err)
		}
		proofs = append(proofs, submission.Proof{Name: e.Name, SHA: sha})
	}
	return proofs, nil
}
