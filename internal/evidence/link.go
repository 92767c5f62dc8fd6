package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"time"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
)

// chainName is the folder of an account's chain, beside those of its
// submissions. No submission can be called so: [encode] writes "=" only before
// two capital hexadecimal digits or a second "=".
const chainName = "=chain"

// maxLink bounds one link, in bytes.
const maxLink = 4 << 20

// A Link is one link of an account's chain. It names the files of one attempt
// with their hashes, and the link before it with its hash: whoever knows the
// last link's hash, a [submission.Head], knows them all. A link is never changed
// and never removed; what was forgotten gets a link of its own.
type Link struct {
	Format     int       `json:"format"`
	Account    string    `json:"account"`
	N          int64     `json:"n"`                // 1, 2, …
	Before     string    `json:"before,omitempty"` // of the bytes of link N-1, hex SHA-256; "" for the first
	At         time.Time `json:"at"`               // on the ledger's clock
	By         string    `json:"by"`               // the holder, or the person, who wrote it
	Submission string    `json:"submission,omitempty"`
	Attempt    string    `json:"attempt,omitempty"`
	Invoice    string    `json:"invoice,omitempty"` // for people
	Left       bool      `json:"left,omitempty"`    // sealed by another than the one who gathered it
	Files      []File    `json:"files,omitempty"`
	Pruned     *Pruned   `json:"pruned,omitempty"` // this link tells of no attempt but of what was removed
}

// A File is one file of an attempt.
type File struct {
	Name string `json:"name"` // in the attempt's folder
	SHA  string `json:"sha"`  // hex SHA-256
	Size int64  `json:"size"` // bytes
}

// Folder is where the link's attempt lies, below the store.
func (l Link) Folder() string {
	return path.Join(encode(l.Account), encode(l.Submission), encode(l.Attempt))
}

// Has returns the link's file of that name.
func (l Link) Has(name string) (File, bool) {
	for _, f := range l.Files {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}

func linkPath(account string, n int64) string {
	return path.Join(encode(account), chainName, fmt.Sprintf("%08d.json", n))
}

// ErrBroken says that a chain is not one: a link is missing, or is not what its
// neighbour, or the head, says that it was.
var ErrBroken = errors.New("the chain of evidence is broken")

// Link reads link n of an account's chain. It returns also what the chain is up
// to there. [fs.ErrNotExist] says that there is none.
func (s *Store) Link(ctx context.Context, account string, n int64) (Link, submission.Head, error) {
	name := linkPath(account, n)
	data, err := s.readLink(ctx, name)
	if err != nil {
		return Link{}, submission.Head{}, err
	}
	head := submission.Head{N: n, SHA: sum(data)}
	var l Link
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&l); err != nil {
		return Link{}, head, fmt.Errorf("evidence: %s cannot be read: %w: the operator restores it from a backup", name, err)
	}
	if l.Format < 1 || l.Format > format {
		return Link{}, head, fmt.Errorf("evidence: %s has format %d and this program knows up to %d", name, l.Format, format)
	}
	return l, head, nil
}

func (s *Store) readLink(ctx context.Context, name string) ([]byte, error) {
	data, err := objects.Read(ctx, s.objects, name, maxLink)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return data, nil
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// Links gives the links after head, in order, and follows the hashes: what does
// not follow comes as an [ErrBroken] and ends it.
func (s *Store) Links(ctx context.Context, account string, after submission.Head) iter.Seq2[Link, error] {
	return func(yield func(Link, error) bool) {
		for {
			l, head, err := s.Link(ctx, account, after.N+1)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return
			case ctx.Err() != nil:
				err = ctx.Err()
			case err == nil && (l.Before != after.SHA || l.N != head.N || l.Account != account):
				err = fmt.Errorf("evidence: link %d of account %s does not follow the one before: %w: lodge evidence verify tells more",
					head.N, account, ErrBroken)
			}
			if !yield(l, err) || err != nil {
				return
			}
			after = head
		}
	}
}
