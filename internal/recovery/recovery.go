// Package recovery makes a ledger that is older than the truth safe to file from:
// one that was restored from a backup, or copied back. What it does not know the
// evidence store does, because every attempt is written there first. Nothing may
// be filed before [Run] has succeeded.
package recovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A Recovery says which ledger is to learn from which evidence.
type Recovery struct {
	Ledger   *ledger.Ledger
	Evidence *evidence.Store
	Who      string    // the program that recovers, for the history
	Since    time.Time // when the copy of the ledger was made; zero: not known
}

// A Report is what a recovery found.
type Report struct {
	Intents  int // in the evidence
	Attempts int // that the ledger did not know: each is looked up before anything is filed
	Results  int // late results that are in the history now
}

// Run brings every attempt that only the evidence has into the ledger, those of
// one submission in the order in which they were made, stops the accounts of which
// a login failed that the ledger does not know of, and then brings in every late
// result. An intent that cannot be read stops it, with the name of its file: it may
// be of an invoice that the carrier has. Run changes nothing that it has done before, and a run
// that was broken off is completed by the next.
func (r Recovery) Run(ctx context.Context) (Report, error) {
	var report Report
	missing, err := r.missing(ctx, &report)
	if err != nil {
		return report, err
	}
	var failed []error
	for _, in := range missing {
		did, err := r.recover(ctx, in)
		if err != nil {
			failed = append(failed, err)
		} else if did {
			report.Attempts++
		}
	}
	if err := errors.Join(failed...); err != nil {
		return report, fmt.Errorf("the ledger is older than the evidence, and could not be brought up to it; nothing is filed: %w", err)
	}
	if err := r.logins(ctx); err != nil {
		return report, fmt.Errorf("nothing is filed: %w", err)
	}
	report.Results, err = r.results(ctx)
	return report, err
}

// missing are the intents that the ledger lacks. The store gives those of a
// submission by name, which is by time.
func (r Recovery) missing(ctx context.Context, report *Report) ([]evidence.Intent, error) {
	var list []evidence.Intent
	var failed []error
	for in, err := range r.Evidence.Intents(ctx) {
		if err == nil {
			report.Intents++
			var lacks bool
			if lacks, err = r.lacks(ctx, in); lacks {
				list = append(list, in)
			}
		}
		if err != nil {
			failed = append(failed, err)
		}
		if len(failed) == enough {
			break
		}
	}
	if err := errors.Join(failed...); err != nil {
		return nil, fmt.Errorf("it cannot be known what was sent after the ledger's copy was made; nothing is filed: %w", err)
	}
	return list, nil
}

func (r Recovery) lacks(ctx context.Context, in evidence.Intent) (bool, error) {
	if err := in.Key.Check(); err != nil || in.Key.ID() != in.Submission {
		return false, fmt.Errorf("evidence: the intent of attempt %s is not of submission %s, in whose folder it lies: "+
			"the operator looks at the file", in.Attempt, in.Submission)
	}
	return r.Ledger.Lacks(ctx, recovered(in, nil), r.Since)
}

// enough is how many failures are told at once.
const enough = 20

func (r Recovery) recover(ctx context.Context, in evidence.Intent) (bool, error) {
	proofs, err := r.Evidence.Kept(ctx, in.Key.Account, in.Submission, in.Attempt)
	if err != nil {
		return false, err
	}
	return r.Ledger.Recover(ctx, r.Who, recovered(in, proofs), r.Since)
}

// recovered is an intent as the ledger takes it.
func recovered(in evidence.Intent, proofs []submission.Proof) ledger.Recovered {
	v := in.Version()
	v.Object.Name = cmp.Or(v.Object.Name, "(lost)")
	return ledger.Recovered{
		Key: in.Key, Carrier: in.Carrier, Version: v,
		Attempt: submission.Attempt{ID: in.Attempt, Fence: in.Fence, Owner: in.Owner, SHA: in.SHA, Browser: in.Browser,
			Request: in.Request, IntendedAt: in.IntendedAt, SettleUntil: in.SettleUntil, Before: in.Before, Evidence: proofs},
	}
}

// results notes what holders learned and could not write. It moves nothing: the
// look-up does.
func (r Recovery) results(ctx context.Context) (int, error) {
	n := 0
	for late, err := range r.Evidence.Results(ctx) {
		if err == nil {
			late.Event.Who = cmp.Or(late.Event.Who, late.Owner)
			var did bool
			if did, err = r.Ledger.NoteOnce(ctx, late.Submission, late.Event); did {
				n++
			}
		}
		if err != nil && !errors.Is(err, ledger.ErrNotFound) { // without an attempt there is nothing to be late for
			return n, fmt.Errorf("a late result could not be noted; nothing is filed: %w", err)
		}
	}
	return n, nil
}

// newest is how many of an account's latest attempts [Recovery.Behind] looks at.
// Attempts that never were sent may be among them, in a row.
const newest = 20

// unsealed is how much older than the head of a chain an attempt that is in no
// link yet may be: visits go on side by side, and none of their steps takes so long.
const unsealed = 24 * time.Hour

// Behind says cheaply whether the ledger is older than the evidence, as one that
// was copied back by hand is: it lacks one of the latest attempts of an account.
// What the ledger's own head of the chain covers it has, so that only what came
// after it is looked at.
func (r Recovery) Behind(ctx context.Context, accounts []string) (bool, error) {
	for _, account := range accounts {
		since, err := r.covered(ctx, account)
		if err != nil {
			return false, err
		}
		latest, err := r.Evidence.Latest(ctx, account, newest, since)
		if err != nil {
			return false, err
		}
		for _, in := range latest {
			if lacks, err := r.lacks(ctx, in); lacks || err != nil {
				return lacks, err
			}
		}
		missed, err := r.missed(ctx, account)
		if err != nil || len(missed) > 0 {
			return len(missed) > 0, err
		}
	}
	return false, nil
}

// covered is until when the ledger has all attempts of an account; the zero time
// if that cannot be said, since its head is none of this chain's.
func (r Recovery) covered(ctx context.Context, account string) (time.Time, error) {
	item, err := r.Ledger.Account(ctx, account)
	if err != nil || item.Chain.N == 0 {
		return time.Time{}, err
	}
	link, head, err := r.Evidence.Link(ctx, account, item.Chain.N)
	if err != nil || head != item.Chain {
		return time.Time{}, nil //nolint:nilerr // then everything is looked through, as without a chain
	}
	return link.At.Add(-unsealed), nil
}
