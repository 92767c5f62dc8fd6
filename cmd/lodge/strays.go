package main

import (
	"context"
	"fmt"
	"slices"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
)

// noteStrays keeps in the ledger what a scan of the inbox left where it lies, and how
// many files nobody has adopted, so that whoever asks later is told. That it cannot be
// kept is no reason to file nothing.
func (w *works) noteStrays(ctx context.Context, scanned []intake.Result) {
	var found []ledger.Stray
	old := 0
	for _, r := range scanned {
		switch {
		case r.Status == intake.Left && r.Needs != carriers.Nobody: // else a later scan takes it
			found = append(found, ledger.Stray{Name: w.path(r), Why: r.Err.Error(), Needs: r.Needs})
		case r.Status == intake.Old:
			old++
		}
	}
	if err := w.ledger.Scanned(ctx, found, old); err != nil {
		w.say(err.Error())
	}
}

// strayed is how much arrived and cannot become an invoice.
func (v *view) strayed() int { return len(v.strays.List) + v.strays.More }

// tellStrays tells what arrived and cannot become an invoice, and of
// what nobody has adopted.
func (v *view) tellStrays(ctx context.Context) (err error) {
	if v.filter.account != "" || v.filter.carrier != "" {
		return nil
	}
	if v.strays, err = v.ledger.Strays(ctx); err != nil {
		return err
	}
	if v.filter.needs != "" {
		v.strays = straysOf(v.strays, v.filter.people())
	}
	strays := v.strays
	if n := v.strayed(); n > 0 {
		writeWrapped(v.out, "", fmt.Sprintf("STRAYS: %s arrived and cannot be taken in:", count(n, "file")), v.columns)
		t := table{head: []string{"FILE", "SINCE", "WHO ACTS", "WHY"}}
		for i, s := range strays.List {
			if i == mostDue && n > mostDue+1 {
				break
			}
			t.add(s.Name, v.stamp(s.Since), string(s.Needs), s.Why)
		}
		t.write(v.out, v.columns)
		if rest := n - len(t.rows); rest > 0 {
			_, _ = fmt.Fprintf(v.out, "  and %d more\n", rest)
		}
		_, _ = fmt.Fprintln(v.out)
	}
	if strays.Old > 0 {
		writeWrapped(v.out, "", fmt.Sprintf("OLD: %s from before the watermark; %s has one filed.",
			count(strays.Old, "file"), v.with("adopt ACCOUNT FILE")), v.columns)
		_, _ = fmt.Fprintln(v.out)
	}
	return nil
}

// straysOf are those that need one of the people. Whom those need of which only the
// number is kept nobody knows, so the operator looks.
func straysOf(all ledger.Strays, people []carriers.Person) ledger.Strays {
	others := func(s ledger.Stray) bool { return !slices.Contains(people, s.Needs) }
	of := ledger.Strays{List: slices.DeleteFunc(slices.Clone(all.List), others)}
	if slices.Contains(people, carriers.Operator) {
		of.More = all.More
	}
	return of
}
