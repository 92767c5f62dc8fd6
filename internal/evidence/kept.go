package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := s.proof(path.Join(folder, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("evidence: attempt %s: %w: the operator looks at that disk", attemptID, err)
		}
		proofs = append(proofs, p)
	}
	return proofs, nil
}

func (s *Store) proof(name string) (submission.Proof, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return submission.Proof{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return submission.Proof{}, err
	}
	return submission.Proof{Name: name, SHA: hex.EncodeToString(h.Sum(nil))}, nil
}
