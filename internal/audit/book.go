package audit

import (
	"context"
	"errors"
	"path"
	"strings"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func (r *run) get(ctx context.Context, id string) (submission.Submission, error) {
	return r.Ledger.Get(ctx, id)
}

// submissions compares what the ledger says of each with the links, and the
// links that the ledger does not know of with its submissions.
func (r *run) submissions(ctx context.Context) error {
	if err := r.ahead(ctx); err != nil {
		return err
	}
	if r.Only != "" {
		return r.submission(ctx, r.Only)
	}
	for q := (ledger.Query{Account: r.chain.Account}); ; {
		page, err := r.Ledger.List(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range page {
			if err := r.submission(ctx, s.ID); err != nil {
				return err
			}
		}
		if len(page) < q.Max() {
			return nil
		}
		q.After = page[len(page)-1].ID
	}
}

// ahead tells of intents behind the ledger's head that the ledger does not have:
// it is older than its evidence.
func (r *run) ahead(ctx context.Context) error {
	for n := r.item.Chain.N + 1; n <= r.last; n++ {
		l, err := r.link(ctx, n)
		if err != nil {
			continue // told before
		}
		if _, ok := l.Has(evidence.IntentName); !ok || !r.wanted(l.Submission) {
			continue
		}
		s, err := r.get(ctx, l.Submission)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		if !attempted(s, l.Attempt) {
			r.fault(Fault{Link: n, Invoice: l.Invoice}, "the ledger does not know of attempt %s on invoice %s, which link %d of %s names: "+
				"the ledger is older than its evidence: the operator looks the invoice up at the carrier's site", l.Attempt, l.Invoice, n, day(l))
		}
	}
	return nil
}

func attempted(s submission.Submission, attempt string) bool {
	for _, rev := range s.Revisions {
		for _, a := range rev.Attempts {
			if a.ID == attempt {
				return true
			}
		}
	}
	return false
}

// submission compares one with its evidence.
func (r *run) submission(ctx context.Context, id string) error {
	s, err := r.get(ctx, id)
	if err != nil {
		return err
	}
	history, err := r.Ledger.History(ctx, id)
	if err != nil {
		return err
	}
	good, proofs := true, proofsOf(s, history)
	for _, p := range proofs {
		ok, err := r.proof(ctx, s, p)
		if err != nil {
			return err
		}
		good = good && ok
	}
	for _, rev := range s.Revisions {
		if rev.State == submission.Accepted && !told(rev, history) {
			good = false
			r.fault(Fault{Invoice: s.Key.Number}, "invoice %s is accepted, and nothing is kept of what the site said; "+
				"its history may tell why: the operator looks it up and keeps the page", s.Key.Number)
		}
	}
	if good && len(proofs) > 0 {
		r.chain.Invoices++
	}
	return nil
}

// proof compares one proof with the link that names it.
func (r *run) proof(ctx context.Context, s submission.Submission, p submission.Proof) (bool, error) {
	at := Fault{Invoice: s.Key.Number, File: p.Name}
	if strings.Split(p.Name+"///", "/")[1] != s.ID {
		r.fault(at, "the ledger names %s as evidence of invoice %s, whose it is not: "+
			"the operator restores the ledger from a backup", p.Name, s.Key.Number)
		return false, nil
	}
	f, ok := r.named(ctx, p.Name)
	if !ok {
		now, err := r.get(ctx, s.ID)
		if err != nil || now.Lease.Owner != "" {
			return err == nil, err // it is sealed before the lease ends
		}
		if err := r.follow(ctx); err != nil {
			return false, err
		}
		f, ok = r.named(ctx, p.Name)
	}
	switch {
	case !ok:
		r.fault(at, "no link names %s, which the ledger holds as evidence of invoice %s: it was never sealed, or its link was removed: "+
			"the operator compares it with a backup", p.Name, s.Key.Number)
	case f.SHA != strings.ToLower(p.SHA):
		r.fault(at, "the ledger and the chain know %s of invoice %s by different hashes: %s", p.Name, s.Key.Number, changed)
	default:
		return true, nil
	}
	return false, nil
}

// proofsOf are all that the ledger names for a submission, each once.
func proofsOf(s submission.Submission, history []submission.Entry) []submission.Proof {
	var all []submission.Proof
	seen := map[submission.Proof]bool{}
	add := func(list []submission.Proof) {
		for _, p := range list {
			if !seen[p] {
				seen[p] = true
				all = append(all, p)
			}
		}
	}
	for _, rev := range s.Revisions {
		for _, a := range rev.Attempts {
			add(a.Evidence)
		}
	}
	for _, e := range history {
		add(e.Evidence)
		if e.Attempt != nil {
			add(e.Attempt.Evidence)
		}
	}
	return all
}

// told says whether something is kept of what the site said of an accepted
// revision, or a person took its word.
func told(rev submission.Revision, history []submission.Entry) bool {
	var proofs []submission.Proof
	for _, a := range rev.Attempts {
		proofs = append(proofs, a.Evidence...)
	}
	for _, e := range history {
		if e.Revision == rev.Number && e.To == submission.Accepted && e.Kind == submission.Decided {
			return true
		}
		if e.Revision == rev.Number {
			proofs = append(proofs, e.Evidence...)
		}
	}
	for _, p := range proofs {
		switch kind, _, _ := strings.Cut(path.Base(p.Name), "."); kind {
		case "result", "answer", "found":
			return true
		}
	}
	return false
}
