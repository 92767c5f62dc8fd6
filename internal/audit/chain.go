package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
)

const (
	restore = "the operator restores it from a backup and finds out who removed it"
	changed = "the operator restores it from a backup and finds out who changed it"
)

// follow reads the links that came since it was last called, in order.
func (r *run) follow(ctx context.Context) error {
	numbers, strays, err := r.Store.Chain(ctx, r.chain.Account)
	if err != nil {
		return err
	}
	if r.last == 0 {
		for _, name := range strays {
			r.fault(Fault{File: name}, "%s lies in the chain and is no link: the operator finds out who put it there", name)
		}
	}
	for _, n := range numbers {
		if n <= r.last {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if n > r.last+1 {
			r.fault(Fault{Link: r.last + 1}, "%s missing from the chain: %s", links(r.last+1, n-1), restore)
			r.prev = ""
		}
		if err := r.next(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// links are some links in words.
func links(from, to int64) string {
	if from == to {
		return fmt.Sprintf("link %d is", from)
	}
	return fmt.Sprintf("links %d to %d are", from, to)
}

// next reads link n, which is there, and the files that it names.
func (r *run) next(ctx context.Context, n int64) error {
	before, gap := r.prev, n > r.last+1
	l, head, err := r.Store.Link(ctx, r.chain.Account, n)
	r.prev, r.last, r.chain.Head = head.SHA, n, head
	r.chain.Links++
	if r.Step != nil {
		r.Step(1)
	}
	if err != nil {
		r.fault(Fault{Link: n}, "link %d cannot be read: %v; what it named cannot be proven", n, err)
		return nil
	}
	if l.Before != before && !gap {
		r.fault(Fault{Link: n, Invoice: l.Invoice}, "link %d does not follow from link %d: one of the two was changed after it was written: %s",
			n, n-1, changed)
	}
	if l.N != n || l.Account != r.chain.Account {
		r.fault(Fault{Link: n}, "link %d says that it is link %d of account %q: %s", n, l.N, l.Account, changed)
		return nil
	}
	r.chain.Until = l.At
	if l.Pruned != nil {
		return r.pruned(ctx, l)
	}
	k := keyOf(l.Folder())
	if _, ok := r.first[k]; ok {
		r.more[k] = append(r.more[k], n)
	} else {
		r.first[k] = n
	}
	if !r.wanted(l.Submission) {
		return nil
	}
	return r.files(ctx, l)
}

// pruned notes what a link says was removed. It may only be what is older than
// it says itself, and came before.
func (r *run) pruned(ctx context.Context, l evidence.Link) error {
	for _, n := range l.Pruned.Links {
		old, err := r.link(ctx, n)
		switch {
		case n >= l.N || errors.Is(err, fs.ErrNotExist):
			r.fault(Fault{Link: l.N}, "link %d says that the files of link %d were removed, which was not there then: %s", l.N, n, changed)
		case err != nil: // told before
		case !old.At.Before(l.Pruned.Before):
			r.fault(Fault{Link: l.N, Invoice: old.Invoice}, "link %d removed the files of link %d, which is of %s and so younger than %s allows: "+
				"the operator finds out who removed them", l.N, n, old.At.Format("2006-01-02"), l.Pruned.Keep)
		default:
			r.gone[n] = true
		}
	}
	return nil
}

// files reads what a link names. Missing files are told later: a link that comes
// may say that they were removed.
func (r *run) files(ctx context.Context, l evidence.Link) error {
	lost := false
	err := r.Store.Sums(ctx, l, func(f evidence.File, sha string, size int64, err error) {
		name := path.Join(l.Folder(), f.Name)
		at := Fault{Link: l.N, Invoice: l.Invoice, File: name}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			lost = true
		case err != nil:
			r.fault(at, "%s cannot be read: %v: the operator looks at that disk", name, err)
		case sha != f.SHA:
			r.fault(at, "%s is not what it was when link %d named it on %s: %s", name, l.N, day(l), changed)
		default:
			r.chain.Files++
			r.chain.Bytes += size
		}
	})
	if lost {
		r.lost = append(r.lost, l.N)
	}
	return err
}

func day(l evidence.Link) string { return l.At.UTC().Format("2006-01-02") }

// missing tells of the files that are not there and that no link says were
// removed.
func (r *run) missing(ctx context.Context) error {
	lost := r.lost
	r.lost = nil
	for _, n := range lost {
		l, err := r.link(ctx, n)
		if err != nil {
			return err // it could be read a moment ago
		}
		if r.gone[n] {
			r.chain.Pruned++
			continue
		}
		for _, f := range l.Files {
			name := path.Join(l.Folder(), f.Name)
			there, err := r.Store.Has(ctx, name)
			if err != nil {
				return err
			}
			if !there {
				r.fault(Fault{Link: n, Invoice: l.Invoice, File: name}, "%s is missing; link %d of %s names it: %s", name, n, day(l), restore)
			}
		}
	}
	return nil
}

// heads compares the chain with what others know of it.
func (r *run) heads(ctx context.Context) error {
	r.head(ctx, r.item.Chain, "the ledger")
	r.head(ctx, r.Head, "the head that was written down")
	return nil
}

func (r *run) head(ctx context.Context, known submission.Head, who string) {
	if known.N == 0 {
		return
	}
	if known.N > r.last {
		r.fault(Fault{Link: r.last + 1}, "%s missing from the end of the chain: %s knows of link %d: %s",
			links(r.last+1, known.N), who, known.N, restore)
		return
	}
	_, found, err := r.Store.Link(ctx, r.chain.Account, known.N)
	if found.SHA == "" && err != nil {
		return // missing or unreadable: told before
	}
	if found != known {
		r.fault(Fault{Link: known.N}, "link %d is not the one that %s knows: the chain was written anew, or that head is of another chain: %s",
			known.N, who, changed)
	}
}
