// Package audit proves evidence: that no file and no link of it was changed,
// removed or put there later, and that the ledger and the evidence tell the same.
// It only reads, needs no network, and holds a few dozen bytes for each attempt.
//
// What that proves, and what it cannot, is in docs/evidence.md.
package audit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// An Audit says what is proven.
type Audit struct {
	Store  *evidence.Store
	Ledger *ledger.Ledger  // nil: a copy of the evidence without a ledger
	Head   submission.Head // as somebody wrote it down elsewhere; zero: nobody did
	Only   string          // a submission's id: no other's files are read; the chain is followed all the same

	Tell func(Fault)     // called with each fault as it is found
	Step func(links int) // called as the work goes on; may be nil
}

// A Fault is one thing that is wrong.
type Fault struct {
	Account string          `json:"account"`
	Invoice string          `json:"invoice,omitempty"`
	Link    int64           `json:"link,omitempty"`
	File    string          `json:"file,omitempty"` // below the evidence folder
	What    string          `json:"what"`           // a sentence
	Acts    carriers.Person `json:"acts"`
}

// A Chain is what an account's evidence comes to.
type Chain struct {
	Account  string          `json:"account"`
	Head     submission.Head `json:"head"` // to be written down elsewhere
	Until    time.Time       `json:"until,omitzero"`
	Links    int             `json:"links"`
	Files    int             `json:"files"` // read, and what they were
	Bytes    int64           `json:"bytes"`
	Pruned   int             `json:"pruned"`    // links whose files were removed as the chain says
	UnderWay int             `json:"under_way"` // attempts that somebody works on now
	Invoices int             `json:"invoices"`  // whose proofs the ledger names, and are there
	Faults   int             `json:"faults"`
}

// A key stands for the path of an attempt's folder.
type key [12]byte

func keyOf(folder string) key {
	sum := sha256.Sum256([]byte(folder))
	return key(sum[:12])
}

// run is the audit of one account under way.
type run struct {
	Audit
	chain Chain
	prev  string          // hash of the last link that was read; "" before the first, and after a gap
	last  int64           // its number
	first map[key]int64   // the first link of each attempt
	more  map[key][]int64 // further ones, of which there are few
	gone  map[int64]bool  // links whose files were removed as the chain says
	lost  []int64         // links of which files are missing, unless they were pruned

	item     ledger.Account
	recently evidence.Link // read last
}

// Account proves the evidence of one account. The error is that it could not be
// done, never that something is wrong.
func (a Audit) Account(ctx context.Context, name string) (Chain, error) {
	r := &run{Audit: a, chain: Chain{Account: name}, first: map[key]int64{}, more: map[key][]int64{}, gone: map[int64]bool{}}
	steps := []func(context.Context) error{r.follow, r.missing, r.folders}
	if a.Ledger != nil {
		var err error
		if r.item, err = a.Ledger.Account(ctx, name); err != nil { // before the chain: it grows while we read
			return r.chain, err
		}
		steps = append(steps, r.submissions)
	}
	for _, step := range append(steps, r.heads) {
		if err := step(ctx); err != nil {
			return r.chain, fmt.Errorf("verify the evidence of account %s: %w", name, err)
		}
	}
	return r.chain, nil
}

// fault tells one. Who acts is the operator: a biller can mend no evidence.
func (r *run) fault(f Fault, format string, args ...any) {
	f.Account, f.What, f.Acts = r.chain.Account, fmt.Sprintf(format, args...), carriers.Operator
	r.chain.Faults++
	r.Tell(f)
}

// links are those that name files of an attempt's folder.
func (r *run) links(folder string) []int64 {
	k := keyOf(folder)
	n, ok := r.first[k]
	if !ok {
		return nil
	}
	return append([]int64{n}, r.more[k]...)
}

// named finds a file in the links of its attempt.
func (r *run) named(ctx context.Context, file string) (evidence.File, bool) {
	for _, n := range r.links(path.Dir(file)) {
		l, err := r.link(ctx, n)
		if err != nil {
			continue // told before
		}
		if f, ok := l.Has(path.Base(file)); ok {
			return f, true
		}
	}
	return evidence.File{}, false
}

// link reads a link, and keeps the last one: what belongs together comes
// together.
func (r *run) link(ctx context.Context, n int64) (evidence.Link, error) {
	if r.recently.N == n && n > 0 {
		return r.recently, nil
	}
	l, _, err := r.Store.Link(ctx, r.chain.Account, n)
	if err == nil && l.N == n {
		r.recently = l
	}
	return l, err
}

// wanted says whether the files of a submission are to be read.
func (r *run) wanted(submissionID string) bool { return r.Only == "" || r.Only == submissionID }
