package filing_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

var errBroken = errors.New("the ledger does not answer")

// TestSeal: what ended programs left of a submission becomes a link in the name of who
// seals it, and the ledger knows it; of nothing there is none.
func TestSeal(t *testing.T) {
	d := newDesk(t)
	s := d.register(moor, "INV-1", false)
	if head, err := d.Seal(t.Context(), s, "ann"); err != nil || head != (submission.Head{}) {
		t.Errorf("of nothing: %v, %v", head, err)
	}
	d.saw(moor, s.ID, ago(1))
	d.saw(moor, s.ID, time.Time{})
	head, err := d.Seal(t.Context(), s, "ann")
	n, last := d.chain(moor)
	if err != nil || n != 2 || head.N != 2 || last.By != "ann" || last.Invoice != "INV-1" || !last.Left || last.At.Before(ago(1)) {
		t.Errorf("%v, %v; the last link is %+v", head, err, last)
	}
	if head, err := d.Seal(t.Context(), s, "ben"); err != nil || head.N != 2 {
		t.Errorf("again: %v, %v", head, err)
	}
	d.saw(moor, s.ID, time.Time{})
	for _, call := range []string{"LoadAccount", "Now"} {
		d.breaks = func(c string) error {
			if c == call {
				return errBroken
			}
			return nil
		}
		if head, err := d.Seal(t.Context(), s, "ann"); !errors.Is(err, errBroken) || head != (submission.Head{}) {
			t.Errorf("without the ledger's %s: %v, %v", call, head, err)
		}
	}
	d.breaks = func(c string) error {
		if c == "StoreAccount" {
			return errBroken
		}
		return nil
	}
	if head, err := d.Seal(t.Context(), s, "ann"); !errors.Is(err, errBroken) || head.N != 3 {
		t.Errorf("a link of which the ledger was not told: %v, %v", head, err)
	}
	d.breaks = nil
	d.saw(moor, s.ID, time.Time{})
	head, err = d.Seal(t.Context(), s, "ann")
	if n, _ := d.chain(moor); err != nil || head.N != 4 || n != 4 {
		t.Errorf("with the next link it is told of both: %v, %v; it knows %d", head, err, n)
	}
}

// TestSealLeft: what cannot be sealed of one submission, or of one account's logins, is
// told by name and holds up no other.
func TestSealLeft(t *testing.T) {
	d := newDesk(t)
	bad, good := d.register(moor, "INV-1", false), d.register(pier, "INV-2", false)
	d.damaged(moor)
	for _, id := range []string{bad.ID, evidence.Logins} {
		d.saw(moor, id, time.Time{})
	}
	for _, id := range []string{good.ID, evidence.Logins} {
		d.saw(pier, id, time.Time{})
	}
	err := d.SealLeft(t.Context(), []ledger.Summary{bad, good})
	if err == nil || !strings.Contains(err.Error(), "evidence of invoice INV-1 that an ended program left was not sealed") || strings.Contains(err.Error(), "INV-2") {
		t.Errorf("%v", err)
	}
	if n, last := d.chain(pier); n != 1 || last.By != d.Owner || last.Submission != good.ID || last.Invoice != "INV-2" {
		t.Errorf("%d links, the last %+v", n, last)
	}
	err = d.SealLogins(t.Context(), []string{moor, pier})
	if err == nil || !strings.Contains(err.Error(), "evidence of failed logins to account "+moor+" was not sealed") || strings.Contains(err.Error(), pier) {
		t.Errorf("%v", err)
	}
	if n, last := d.chain(pier); n != 2 || last.By != d.Owner || last.Submission != evidence.Logins {
		t.Errorf("%d links, the last %+v", n, last)
	}
	if err := errors.Join(d.SealLeft(t.Context(), nil), d.SealLogins(t.Context(), []string{pier, "firm-lost"})); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}

// An old is an account with evidence of every kind, all of it sealed but what it was
// seen of today.
type old struct {
	*desk
	settled, open, unknown, login, young string // folders
}

func newOld(t *testing.T) *old {
	t.Helper()
	o := &old{desk: newDesk(t)}
	o.settled = o.saw(moor, o.register(moor, "INV-1", true).ID, ago(31))
	o.open = o.saw(moor, o.register(moor, "INV-2", false).ID, ago(31))
	strange := submission.Key{Account: moor, LawFirmID: "12-3", ClientID: "C1", Number: "INV-3"}
	o.unknown = o.saw(moor, strange.ID(), ago(31))
	o.login = o.saw(moor, evidence.Logins, ago(31))
	o.young = o.saw(moor, o.register(moor, "INV-4", true).ID, ago(29))
	return o
}

// gone are the folders whose files are not there.
func (o *old) gone() []string {
	o.t.Helper()
	var list []string
	for _, f := range []struct{ name, folder string }{
		{"settled", o.settled}, {"open", o.open}, {"unknown", o.unknown}, {"login", o.login}, {"young", o.young},
	} {
		if !o.there(f.folder) {
			list = append(list, f.name)
		}
	}
	return list
}

// TestPrune: what is older than evidence is kept goes, in the name of who wants it, but
// for what is not settled or not known to the ledger, which ought to know it.
func TestPrune(t *testing.T) {
	o := newOld(t)
	r, err := o.Prune(t.Context(), moor, "ann", true)
	if n, _ := o.chain(moor); err != nil || r.Attempts != 2 || r.Files != 2 || r.Kept != 2 || n != 5 || len(o.gone()) != 0 {
		t.Errorf("dry: %+v, %v; %d links; gone %v", r, err, n, o.gone())
	}
	r, err = o.Prune(t.Context(), moor, "ann", false)
	n, last := o.chain(moor)
	if err != nil || r.Attempts != 2 || r.Kept != 2 || !slices.Equal(o.gone(), []string{"settled", "login"}) {
		t.Errorf("%+v, %v; gone %v", r, err, o.gone())
	}
	if n != 6 || last.By != "ann" || last.Pruned == nil || last.Pruned.Keep != "30d" || !slices.Equal(last.Pruned.Links, []int64{1, 4}) {
		t.Errorf("%d links, the last %+v", n, last)
	}
}

// TestPruneWithoutALedger: where the ledger does not say what is settled nothing goes.
func TestPruneWithoutALedger(t *testing.T) {
	for _, call := range []string{"LoadAccount", "Now", "Load"} {
		o := newOld(t)
		o.breaks = func(c string) error {
			if c == call {
				return errBroken
			}
			return nil
		}
		if r, err := o.Prune(t.Context(), moor, "ann", false); !errors.Is(err, errBroken) || r != (evidence.Removed{}) {
			t.Errorf("%s: %+v, %v", call, r, err)
		}
		o.breaks = nil
		if n, _ := o.chain(moor); n != 5 || len(o.gone()) != 0 {
			t.Errorf("%s: %d links; gone %v", call, n, o.gone())
		}
	}
}

// TestPruneDaily: old evidence goes once a day by itself, whatever becomes of another
// account's; and never where it is kept for ever.
func TestPruneDaily(t *testing.T) {
	o := newOld(t)
	keep := o.Config.Keep
	o.Config.Keep = config.Keep{}
	o.check(o.PruneDaily(t.Context(), []string{moor}))
	if n, _ := o.chain(moor); n != 5 || len(o.gone()) != 0 {
		t.Fatalf("kept for ever: %d links; gone %v", n, o.gone())
	}
	o.Config.Keep = keep
	o.saw(pier, o.register(pier, "INV-9", true).ID, ago(31))
	o.check(os.WriteFile(filepath.Join(o.dir, "evidence", pier, "=chain", "00000001.json"), []byte("{"), 0o600))
	err := o.PruneDaily(t.Context(), []string{pier, moor})
	if err == nil || !strings.Contains(err.Error(), "old evidence of account "+pier+" was not removed") || strings.Contains(err.Error(), moor) {
		t.Errorf("%v", err)
	}
	if n, last := o.chain(moor); n != 6 || last.By != o.Owner || !slices.Equal(o.gone(), []string{"settled", "login"}) {
		t.Fatalf("%d links, the last %+v; gone %v", n, last, o.gone())
	}
	o.saw(moor, evidence.Logins, ago(31))
	for day, links := range []int64{7, 7, 8} { // the second time on the same day, and a day later
		if day == 2 {
			o.later.Add(int64(24 * time.Hour))
		}
		o.check(o.PruneDaily(t.Context(), []string{moor}))
		if n, _ := o.chain(moor); n != links {
			t.Errorf("time %d: %d links, want %d", day, n, links)
		}
	}
}
