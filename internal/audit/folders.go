package audit

import (
	"context"
	"path"
	"slices"
	"strings"

	"example.com/lodge/internal/evidence"
)

// folders finds what no link names.
func (r *run) folders(ctx context.Context) error {
	for kept, err := range r.Store.Folders(ctx, r.chain.Account, r.Only) {
		if err != nil {
			return err
		}
		if kept.Stray {
			r.fault(Fault{File: kept.Path}, "%s lies where no evidence does: the operator finds out who put it there", kept.Path)
			continue
		}
		if err := r.folder(ctx, kept); err != nil {
			return err
		}
	}
	return nil
}

// folder finds what no link names in the folder of one attempt. Somebody may be
// working on it: then it is sealed before the lease on its submission ends.
func (r *run) folder(ctx context.Context, kept evidence.Kept) error {
	if len(r.unnamed(ctx, kept)) == 0 && (r.links(kept.Path) != nil || len(kept.Files) == 0) {
		return nil // an empty folder proves nothing: a full disk leaves one
	}
	working, err := r.underWay(ctx, kept.Path)
	if err != nil {
		return err
	}
	if working {
		r.chain.UnderWay++
		return nil
	}
	if err := r.follow(ctx); err != nil {
		return err
	}
	if err := r.missing(ctx); err != nil {
		return err
	}
	if r.links(kept.Path) == nil {
		r.fault(Fault{File: kept.Path}, "no link names the folder %s: it was put there later, or the program that wrote it ended "+
			"at that moment: the operator compares it with a backup", kept.Path)
		return nil
	}
	for _, name := range r.unnamed(ctx, kept) {
		r.fault(Fault{File: path.Join(kept.Path, name)}, "no link names the file %s: it was put there later: "+
			"the operator finds out who put it there", path.Join(kept.Path, name))
	}
	return nil
}

// unnamed are the files of an attempt's folder that none of its links names.
func (r *run) unnamed(ctx context.Context, kept evidence.Kept) []string {
	links := r.links(kept.Path)
	ours := map[string]bool{}
	for _, n := range links {
		l, err := r.link(ctx, n)
		if err != nil {
			continue // told before
		}
		for _, f := range l.Files {
			ours[f.Name] = true
		}
		ours[prunedWord] = ours[prunedWord] || r.gone[n]
	}
	var strange []string
	for _, name := range kept.Files {
		if n := evidence.Marked(name); n > 0 {
			ours[name] = slices.Contains(links, n)
		}
		if !ours[name] && (!evidence.Tomb(name) || !ours[prunedWord]) {
			strange = append(strange, name)
		}
	}
	return strange
}

// prunedWord stands for the word of a prune among the names of files.
const prunedWord = "/"

// underWay says whether somebody works on the submission whose attempt lies in
// folder.
func (r *run) underWay(ctx context.Context, folder string) (bool, error) {
	if r.Ledger == nil {
		return false, nil
	}
	id := strings.Split(folder, "/")[1] // submissions' ids are plain
	if evidence.OfNone(id) {
		item, err := r.Ledger.Account(ctx, r.chain.Account)
		return len(item.Visits) > 0, err
	}
	s, err := r.get(ctx, id)
	return err == nil && s.Lease.Owner != "", nil
}
