package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// choose says with what an account is rehearsed.
func (w *works) choose(ctx context.Context, c config.Config, carrier carriers.Carrier, o rehearsing) (chosen, error) {
	switch {
	case o.file != "":
		return w.fromFile(carrier, o)
	case o.invoice != "":
		s, err := w.one(ctx, w.ledger, o.invoice, o.account)
		if err != nil {
			return chosen{}, err
		}
		return fromLedger(ctx, s, w.desk.Staged)
	}
	ready, err := w.oldestReady(ctx, o.account)
	if err != nil {
		return chosen{}, err
	}
	if ready != "" {
		s, err := w.ledger.Get(ctx, ready)
		if err != nil {
			return chosen{}, err
		}
		return fromLedger(ctx, s, w.desk.Staged)
	}
	return w.lookOnly(ctx, carrier, o.account)
}

func fromLedger(ctx context.Context, s submission.Submission, copies staged.Copies) (chosen, error) {
	if s.Current().Object.Path == "" {
		return chosen{}, fmt.Errorf("invoice %s, account %s: it is %s, and there is no file of it to rehearse with: %s; "+
			"with --file another one is used", s.Key.Number, s.Key.Account, words(s.Current().State), s.Current().Why)
	}
	r, err := visit.RehearsalOf(ctx, s, copies)
	if err != nil {
		return chosen{}, fmt.Errorf("invoice %s, account %s: %w", s.Key.Number, s.Key.Account, err)
	}
	return chosen{r, fmt.Sprintf("invoice %s (%s)", s.Key.Number, words(s.Current().State))}, nil
}

// oldestReady is the id of the invoice that has been ready for longest, or "".
func (w *works) oldestReady(ctx context.Context, account string) (string, error) {
	list, err := w.ledger.List(ctx, ledger.Query{Account: account, States: []submission.State{submission.Ready}})
	if err != nil || len(list) == 0 {
		return "", err
	}
	return slices.MinFunc(list, func(a, b ledger.Summary) int { return a.UpdatedAt.Compare(b.UpdatedAt) }).ID, nil
}

// noSuchInvoice is a number that nobody gives an invoice.
const noSuchInvoice = "LODGE-REHEARSAL"

// lookOnly looks up the newest invoice that the carrier has accepted, or, where
// there is none that its site still shows, one that does not exist.
func (w *works) lookOnly(ctx context.Context, carrier carriers.Carrier, account string) (chosen, error) {
	newest := ledger.Query{Account: account, States: []submission.State{submission.Accepted}, NeedsFirst: true, Limit: 1}
	list, err := w.ledger.List(ctx, newest)
	if err != nil {
		return chosen{}, err
	}
	now, err := w.ledger.Now(ctx)
	if err != nil {
		return chosen{}, err
	}
	if window := carrier.History.Window; len(list) == 0 || window > 0 && now.Sub(list[0].UpdatedAt) > window/2 {
		return chosen{visit.Rehearsal{Invoice: carriers.Invoice{Number: noSuchInvoice}, Expect: visit.Nothing},
			"a number that does not exist: no invoice is ready, and none was accepted of late"}, nil
	}
	s, err := w.ledger.Get(ctx, list[0].ID)
	if err != nil {
		return chosen{}, err
	}
	rev := s.Current()
	r := visit.Rehearsal{Expect: visit.Held, Invoice: carriers.Invoice{Number: s.Key.Number, ClientID: s.Key.ClientID,
		Matter: rev.Matter, ClientMatter: rev.ClientMatter, Date: rev.Date, Total: rev.Total, Format: rev.Format}}
	when := rev.ReceivedAt.In(w.zone).Format(time.DateOnly)
	return chosen{r, fmt.Sprintf("invoice %s, which was accepted on %s: none is ready", s.Key.Number, when)}, nil
}

// fromFile takes an invoice from a file that nobody has taken in.
func (w *works) fromFile(carrier carriers.Carrier, o rehearsing) (chosen, error) {
	in, err := os.Open(o.file)
	if err != nil {
		return chosen{}, err
	}
	defer func() { _ = in.Close() }()
	f, err := intake.Read(carrier, in)
	if err != nil {
		return chosen{}, fmt.Errorf("%s: %w", o.file, err)
	}
	if _, unfit := intake.Judge(carrier, f); unfit != "" {
		return chosen{}, fmt.Errorf("%s: %s: the biller mends it; %s tells all", o.file, unfit,
			w.with("validate --profile "+o.account+" "+quoted(o.file)))
	}
	var numbers []string
	for i, inv := range f.Invoices {
		if o.invoice == "" || strings.EqualFold(inv.Number, o.invoice) {
			return chosen{visit.Rehearsal{File: f.Split()[i].Bytes, Invoice: carriers.Invoice{
				Number: inv.Number, ClientID: inv.ClientID, Matter: inv.Matter, ClientMatter: inv.ClientMatter,
				Date: inv.Date, Total: inv.Total, Format: f.Format}}, "invoice " + inv.Number + " of " + o.file}, nil
		}
		numbers = append(numbers, inv.Number)
	}
	return chosen{}, misused("%s has no invoice %q: it has %s", o.file, o.invoice, strings.Join(numbers, ", "))
}
