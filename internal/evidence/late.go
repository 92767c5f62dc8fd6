package evidence

import (
	"context"
	"fmt"
	"path"
)

// ResultsOf returns the late results of one attempt, in the order of their names;
// none if it left none. It reads one folder.
func (s *Store) ResultsOf(ctx context.Context, account, submissionID, attemptID string) ([]Result, error) {
	var list []Result
	for e, err := range s.objects.List(ctx, path.Join(encode(account), encode(submissionID), encode(attemptID)), true) {
		if err != nil {
			return list, fmt.Errorf("evidence: attempt %s: %w", attemptID, err)
		}
		if e.Folder || !isResult(path.Base(e.Name)) {
			continue
		}
		r, err := record(ctx, s, e.Name, func(r Result) int { return r.Format })
		if err != nil {
			return list, err
		}
		list = append(list, r)
	}
	return list, ctx.Err()
}
