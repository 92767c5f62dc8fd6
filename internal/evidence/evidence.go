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
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// A Store is a folder of evidence. It is safe for use by several goroutines
// and several processes.
type Store struct {
	root   *os.Root
	create Create

	mu    sync.Mutex                 // held while a chain grows
	heads map[string]submission.Head // of each account, as far as this process has come
	whole map[string]uint64          // folders of attempts in which all was sealed, with what they held then
}

// Create writes a new file below root, whole and durably, and never in place of
// another: [durable.Create].
type Create func(root *os.Root, name string, data []byte) error

// Open opens the store in dir and makes the folder if it is not there. Others
// lose their rights on it.
func Open(dir string) (*Store, error) {
	if err := durable.Folder(dir); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return OpenCopy(dir)
}

// OpenCopy opens a store that is there, as it is, for instance a copy on a
// medium that cannot be written.
func OpenCopy(dir string) (*Store, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return &Store{root: root, create: durable.Create, heads: map[string]submission.Head{}, whole: map[string]uint64{}}, nil
}

// OpenOver is [Open] with another way to write files: simulations have disks that
// fill up, and programs that die in the middle of a file.
func OpenOver(dir string, create Create) (*Store, error) {
	s, err := Open(dir)
	if err == nil {
		s.create = create
	}
	return s, err
}

// Close gives the folder back. Nothing waits to be written.
func (s *Store) Close() error { return s.root.Close() }

// Root is the store's folder.
func (s *Store) Root() string { return s.root.Name() }

// A Folder takes the evidence of one attempt.
type Folder struct {
	store *Store
	scrub *secret.Scrubber
	path  string // below the root, with slashes

	account, submission, attempt string

	mu   sync.Mutex
	made bool   // the folder is there
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
	if err := f.make(); err != nil {
		return submission.Proof{}, f.failed(name, err)
	}
	full := path.Join(f.path, name)
	if err := f.store.create(f.store.root, full, data); err != nil {
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

// make makes the folder, durably, once.
func (f *Folder) make() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made {
		return nil
	}
	err := durable.MkdirAll(f.store.root, f.path)
	f.made = err == nil
	return err
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
		if err := s.verify(p); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// ErrAltered is what Verify says of a file that is not what it was.
var ErrAltered = errors.New("is not what it was")

func (s *Store) verify(p submission.Proof) error {
	full := filepath.Join(s.root.Name(), filepath.FromSlash(p.Name))
	sha, _, err := s.Sum(context.Background(), p.Name)
	if err != nil {
		return fmt.Errorf("evidence: %s cannot be read: %w: the operator restores it from a backup", full, err)
	}
	if !strings.EqualFold(sha, p.SHA) {
		return fmt.Errorf("evidence: %s %w: the operator restores it from a backup and finds out who changed it", full, ErrAltered)
	}
	return nil
}
