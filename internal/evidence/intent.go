package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"strings"
	"time"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
)

// format is the version of the records that this program writes.
const format = 1

// IntentName is the file of an attempt's [Intent].
const IntentName = "intent.json"

const resultName = "result"

// An Intent is what Lodge is about to do, written before anything leaves. The
// ledger holds the same; if a ledger comes back from an old backup, the intents
// that only the evidence has are the submissions it would make twice.
type Intent struct {
	Format      int            `json:"format"`
	Attempt     string         `json:"attempt"`    // its id
	Submission  string         `json:"submission"` // its id
	Key         submission.Key `json:"key"`
	Carrier     string         `json:"carrier"`
	Revision    int            `json:"revision"`
	SHA         string         `json:"sha"`   // of the bytes that are filed, hex SHA-256
	Canon       string         `json:"canon"` // of the canonical bytes
	Request     string         `json:"request"`
	Fence       int64          `json:"fence"`
	Owner       string         `json:"owner"`
	Browser     string         `json:"browser"`
	IntendedAt  time.Time      `json:"intended_at"`  // on the ledger's clock
	SettleUntil time.Time      `json:"settle_until"` // before this an absence says nothing
	Look        Look           `json:"look"`
	Filed       Filed          `json:"filed,omitzero"`

	Before []submission.PastRefusal `json:"before,omitempty"` // that the look-before showed
}

// A Look is what the look-up before a submission saw.
type Look struct {
	At   time.Time `json:"at"`
	Rows int       `json:"rows"` // of this invoice that the site showed
	Text string    `json:"text"` // what it said, for people
}

// A Result is what the holder of an attempt learned and could not write into
// the ledger: it was late, or the ledger was down. It changes nothing by
// itself; whoever settles the submission reads it first ([Store.ResultsOf]).
type Result struct {
	Format     int              `json:"format"`
	Account    string           `json:"account"`
	Submission string           `json:"submission"`
	Attempt    string           `json:"attempt"`
	Fence      int64            `json:"fence"`
	Owner      string           `json:"owner"`
	Why        string           `json:"why"` // why it is not in the ledger
	Event      submission.Event `json:"event"`
}

// Intent stores in, durably, under the folder's own account, submission and
// attempt. Only what the site or the browser said is scrubbed: an intent whose
// identities were removed, because a user is called like an account, would be
// of no use to a restored ledger.
func (f *Folder) Intent(ctx context.Context, in Intent) (submission.Proof, error) {
	if in.Attempt != f.attempt || in.Submission != f.submission || in.Key.Account != f.account {
		return submission.Proof{}, f.failed(IntentName, errors.New("the intent is of another attempt"))
	}
	in.Format = format
	for _, text := range []*string{&in.Request, &in.Browser, &in.Look.Text} {
		*text = f.scrub.ScrubString(*text)
	}
	data, err := encodeJSON(in)
	if err != nil {
		return submission.Proof{}, f.failed(IntentName, err)
	}
	return f.write(ctx, IntentName, data)
}

// results bounds how many results one attempt can leave.
const results = 100

// Late stores the result of a holder that could not write it into the ledger.
// The same result again gives the same proof, since who writes it may not know
// that it was written; a different one is kept beside the first.
func (f *Folder) Late(ctx context.Context, r Result) (submission.Proof, error) {
	r.Format, r.Account, r.Submission, r.Attempt = format, f.account, f.submission, f.attempt
	f.scrubResult(&r)
	data, err := encodeJSON(r)
	if err != nil {
		return submission.Proof{}, f.failed(resultName, err)
	}
	for n := range results {
		name := resultFile(n)
		proof, err := f.write(ctx, name, data)
		if !errors.Is(err, fs.ErrExist) {
			return proof, err
		}
		proof = proofOf(path.Join(f.path, name), data)
		if f.store.verify(ctx, proof) == nil {
			return proof, nil
		}
	}
	return submission.Proof{}, f.failed(resultName, fmt.Errorf("there are %d results already: the operator looks at the attempt", results))
}

func resultFile(n int) string {
	if n == 0 {
		return resultName + ".json"
	}
	return fmt.Sprintf("%s-%d.json", resultName, n+1)
}

// scrubResult scrubs what the site or the browser said, in copies of what r
// points to.
func (f *Folder) scrubResult(r *Result) {
	texts := []*string{&r.Why, &r.Event.Why}
	if r.Event.Receipt != nil {
		receipt := *r.Event.Receipt
		r.Event.Receipt = &receipt
		texts = append(texts, &receipt.Number, &receipt.Status, &receipt.Text)
	}
	if r.Event.Attempt != nil {
		attempt := *r.Event.Attempt
		r.Event.Attempt = &attempt
		texts = append(texts, &attempt.Request, &attempt.Outcome, &attempt.Browser)
	}
	for _, text := range texts {
		*text = f.scrub.ScrubString(*text)
	}
}

// Intents gives every intent of the store, by account, submission and attempt.
// One that cannot be read comes as an error that names its file, and the next
// follows: a restored ledger must not file while there is any.
func (s *Store) Intents(ctx context.Context) iter.Seq2[Intent, error] {
	return records(ctx, s, func(name string) bool { return name == IntentName }, func(i Intent) int { return i.Format })
}

// Results gives every late result of the store, like [Store.Intents].
func (s *Store) Results(ctx context.Context) iter.Seq2[Result, error] {
	return records(ctx, s, isResult, func(r Result) int { return r.Format })
}

// isResult says whether a file of an attempt is a late result.
func isResult(name string) bool {
	return strings.HasPrefix(name, resultName) && path.Ext(name) == ".json"
}

// depth of a record's file below the store: account/submission/attempt/name.
const depth = 4

// records reads all files of one kind, as JSON, in the order of their names.
func records[T any](ctx context.Context, s *Store, wanted func(name string) bool, version func(T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var names []string
		give := func() bool {
			list, errs := make([]T, len(names)), make([]error, len(names))
			s.sideBySide(len(names), func(i int) { list[i], errs[i] = record(ctx, s, names[i], version) })
			for i := range names {
				if !yield(list[i], errs[i]) {
					return false
				}
			}
			names = names[:0]
			return true
		}
		for e, err := range s.objects.List(ctx, "", false) {
			if err != nil {
				if give() {
					var zero T
					yield(zero, fmt.Errorf("evidence: %w", err))
				}
				return
			}
			if wanted(path.Base(e.Name)) && strings.Count(e.Name, "/") == depth-1 {
				names = append(names, e.Name)
			}
			if len(names) == s.atOnce && !give() {
				return
			}
		}
		give()
	}
}

// maxRecord bounds one record, in bytes.
const maxRecord = 16 << 20

// record reads one. It is the zero value with an error.
func record[T any](ctx context.Context, s *Store, name string, version func(T) int) (T, error) {
	var v, zero T
	data, err := objects.Read(ctx, s.objects, name, maxRecord)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(data)).Decode(&v)
	}
	if err == nil && (version(v) < 1 || version(v) > format) {
		err = fmt.Errorf("its format is %d and this program knows up to %d", version(v), format)
	}
	if err != nil {
		return zero, fmt.Errorf("evidence: %s cannot be read: %w: the operator looks at the file", s.objects.Place(name), err)
	}
	return v, nil
}
