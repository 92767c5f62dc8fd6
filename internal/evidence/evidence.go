// Package evidence keeps what was seen: pictures, page texts, answers, intents.
// Everything is scrubbed of secrets before it is written and hashed after, and
// nothing written is ever changed. Only [Store.Prune] removes anything, what is
// older than a firm keeps evidence, and says so in the chain.
//
// The layout is account/submission/attempt/name, so that a person finds what
// belongs together with nothing but a file manager. Beside the submissions of an
// account lies its chain, one [Link] an attempt (docs/evidence.md).
package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"path"
	"strings"
	"sync"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// A Store keeps evidence in a folder of this machine, or wherever else objects can
// lie. It is safe for use by several goroutines and several processes.
type Store struct {
	objects objects.Store
	close   func() error
	atOnce  int // how many objects are read side by side

	mu    sync.Mutex                 // held while a chain grows
	heads map[string]submission.Head // of each account, as far as this process has come
	whole map[string]uint64          // folders of attempts in which all was sealed, with what they held then
	seed  maphash.Seed               // of the hash of that
}

// Open opens the store in a folder of this machine, and makes the folder if it is
// not there. Others lose their rights on it.
func Open(dir string) (*Store, error) { return in(objects.MakeFolder(dir)) }

// OpenCopy opens a folder that is there, as it is, for instance a copy on a medium
// that cannot be written.
func OpenCopy(dir string) (*Store, error) { return in(objects.OpenFolder(dir)) }

func in(folder *objects.Folder, err error) (*Store, error) {
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	s := On(folder)
	s.close = folder.Close
	return s, nil
}

// manyAtOnce is how many objects are read side by side from where each takes its
// time.
const manyAtOnce = 16

// On is the store of evidence in any store of objects, below its prefix, which
// stays its maker's to close.
func On(o objects.Store) *Store {
	s := &Store{objects: o, close: func() error { return nil }, atOnce: manyAtOnce,
		heads: map[string]submission.Head{}, whole: map[string]uint64{}, seed: maphash.MakeSeed()}
	if _, ok := o.(nearby); ok {
		s.atOnce = 1
	}
	return s
}

// nearby is a store on this machine, of which a folder can be looked up once for all
// that is read in it.
type nearby interface {
	Within(folder string) (*objects.Folder, error)
}

var _ nearby = (*objects.Folder)(nil)

// Close gives the folder back. Nothing waits to be written.
func (s *Store) Close() error { return s.close() }

// Place is where something of the store lies, or with "" the store itself, for
// people: a path, or s3://BUCKET/KEY.
func (s *Store) Place(name string) string { return s.objects.Place(name) }

// A Folder takes the evidence of one attempt.
type Folder struct {
	store *Store
	scrub *secret.Scrubber
	path  string // below the store

	account, submission, attempt string

	mu   sync.Mutex
	kept []File // written, and in no link yet
}

// Attempt returns the folder of one attempt, or of one visit that came to no
// attempt. It is made by the first Put. The names are data: whatever is in
// them, the folder lies in the store and is no other attempt's. scrub knows the
// secrets of the visit; without one nothing is taken.
func (s *Store) Attempt(account, submissionID, attemptID string, scrub *secret.Scrubber) (*Folder, error) {
	if scrub == nil {
		return nil, errors.New("evidence: nothing is written without a scrubber")
	}
	if account == "" || submissionID == "" || attemptID == "" {
		return nil, fmt.Errorf("evidence: attempt %q of submission %q of account %q: a name is empty", attemptID, submissionID, account)
	}
	return &Folder{
		store: s, scrub: scrub, path: path.Join(encode(account), encode(submissionID), encode(attemptID)),
		account: account, submission: submissionID, attempt: attemptID,
	}, nil
}

// Put stores data under name and returns its proof. The name must be plain,
// such as "result.html"; one that is taken is refused. Pages (.html) are
// redacted and everything but a picture is scrubbed. When Put has returned, a
// power cut loses nothing of it; when it fails, there is nothing under the name.
func (f *Folder) Put(ctx context.Context, name string, data []byte) (submission.Proof, error) {
	if !plainName(name) {
		return submission.Proof{}, f.failed(name, errors.New("the name is not plain: a-z, A-Z, 0-9, '.', '_' and '-' only"))
	}
	if !picture(name, data) {
		if ext := path.Ext(name); ext == ".html" || ext == ".htm" {
			data = Redact(data)
		}
		data = f.scrub.Scrub(data)
	}
	return f.write(ctx, name, data)
}

// PutJSON stores v as indented JSON. Should a secret have stood where JSON
// needs something else, a number for instance, the scrubbed text is stored as
// one JSON string.
func (f *Folder) PutJSON(ctx context.Context, name string, v any) (submission.Proof, error) {
	data, err := encodeJSON(v)
	if err != nil {
		return submission.Proof{}, f.failed(name, err)
	}
	data = f.scrub.Scrub(data)
	if !json.Valid(data) {
		if data, err = encodeJSON(string(data)); err != nil {
			return submission.Proof{}, f.failed(name, err)
		}
	}
	return f.Put(ctx, name, data)
}

func encodeJSON(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	return append(data, '\n'), err
}

// write stores what is fit to be stored.
func (f *Folder) write(ctx context.Context, name string, data []byte) (submission.Proof, error) {
	if err := ctx.Err(); err != nil {
		return submission.Proof{}, f.failed(name, err)
	}
	full := path.Join(f.path, name)
	if err := f.store.objects.Create(ctx, full, data); err != nil {
		return submission.Proof{}, f.failed(name, err)
	}
	proof := proofOf(full, data)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, File{Name: name, SHA: proof.SHA, Size: int64(len(data))})
	return proof, nil
}

func proofOf(name string, data []byte) submission.Proof {
	return submission.Proof{Name: name, SHA: sum(data)}
}

func (f *Folder) failed(name string, err error) error {
	return fmt.Errorf("evidence: keep %q of attempt %s, account %s: %w", name, f.attempt, f.account, err)
}

// Verify says which of proofs are missing or not what they were.
func (s *Store) Verify(ctx context.Context, proofs []submission.Proof) error {
	var errs []error
	for _, p := range proofs {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		if err := s.verify(ctx, p); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// ErrAltered is what Verify says of a file that is not what it was.
var ErrAltered = errors.New("is not what it was")

func (s *Store) verify(ctx context.Context, p submission.Proof) error {
	full := s.objects.Place(p.Name)
	sha, _, err := s.Sum(ctx, p.Name)
	if err != nil {
		return fmt.Errorf("evidence: %s cannot be read: %w: the operator restores it from a backup", full, err)
	}
	if !strings.EqualFold(sha, p.SHA) {
		return fmt.Errorf("evidence: %s %w: the operator restores it from a backup and finds out who changed it", full, ErrAltered)
	}
	return nil
}
