package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// who is how intake signs what it registers.
const who = "intake"

// A Ledger is what intake needs of a ledger: it takes in one revision, which is
// ready or quarantined, and says what became of it.
type Ledger interface {
	Register(ctx context.Context, carrier string, key submission.Key, rev submission.Revision, who string) (ledger.Registered, error)
}

// A Taker takes in one file, wherever it came from: it is read and checked by the
// carrier's profile, split, copied, and each of its invoices is registered; or it
// is quarantined as a whole, with the reasons. Taking in the same file twice is
// harmless: the ledger knows the bytes. Used by several goroutines at once.
type Taker struct {
	Accounts map[string]carriers.Carrier // by the account's name
	Staged   staged.Copies
	Ledger   Ledger
}

// A File is a file to be taken in, without its content.
type File struct {
	Account string // one of the Taker's
	Name    string // as [Shown]

	// Of an object in a bucket: which version, and when it came. By these the ledger
	// sees to it that what is newer stays the later revision ([submission.Object]).
	Version string
	At      time.Time
	Nth     int
}

// Check says what is wrong with the carriers' profiles.
func (t Taker) Check() error {
	for account, carrier := range t.Accounts {
		if err := carrier.Profile.Validate(); err != nil {
			return fmt.Errorf("account %s: profile of carrier %s: %w", account, carrier.Name, err)
		}
	}
	return nil
}

// Read reads a file of an account and judges it. The error is that of content. Findings
// are without their excerpts: the ledger keeps no texts of invoices.
func (t Taker) Read(account string, content io.Reader) (*ledes.File, error) {
	read, err := Read(t.Accounts[account], content)
	if err != nil {
		return nil, err
	}
	for i := range read.Findings {
		read.Findings[i].Excerpt = nil
	}
	return read, nil
}

// Take registers what was read of f. The error is the ledger's or that of where the
// copies are kept; the result is zero then, and who acts is the operator.
func (t Taker) Take(ctx context.Context, f File, read *ledes.File) (Result, error) {
	findings, unfit := Judge(t.Accounts[f.Account], read)
	if unfit != "" {
		return t.quarantine(ctx, f, read, findings, unfit)
	}
	return t.registerAll(ctx, f, read, findings)
}

// registerAll registers each invoice of a file that is fit to be filed. All copies
// are made before anything is registered.
func (t Taker) registerAll(ctx context.Context, f File, read *ledes.File, findings []ledes.Finding) (Result, error) {
	parts := read.Split()
	paths := make([]string, len(parts))
	for i, part := range parts {
		var err error
		if paths[i], err = t.Staged.Keep(ctx, part); err != nil {
			return Result{}, fmt.Errorf("copy invoice %s for filing; nothing of the file is registered: %w", read.Invoices[i].Number, err)
		}
	}
	result := f.result(Taken)
	result.Verdict, result.Findings = read.Verdict(), findings
	for i, part := range parts {
		invoice, err := t.registerInvoice(ctx, f, read, i, part, paths[i])
		if err != nil {
			return Result{}, err
		}
		result.Invoices = append(result.Invoices, invoice)
	}
	return result, nil
}

// registerInvoice registers invoice n of the file.
func (t Taker) registerInvoice(ctx context.Context, f File, read *ledes.File, n int, part ledes.Part, path string) (Invoice, error) {
	inv := read.Invoices[n]
	object := f.object()
	object.Path, object.SHA, object.Canon, object.Size = path, part.SHA, part.Canon, int64(len(part.Bytes))
	rev := submission.Revision{
		State:        submission.Ready,
		Object:       object,
		Matter:       inv.Matter,
		ClientMatter: inv.ClientMatter,
		Date:         inv.Date,
		Total:        inv.Total,
		Format:       read.Format,
		Findings:     read.FindingsOf(n),
	}
	r, err := t.Ledger.Register(ctx, t.Accounts[f.Account].Name, f.key(inv), rev, who)
	if err != nil {
		return Invoice{}, fmt.Errorf("invoice %s: %w", inv.Number, err)
	}
	return Invoice{Number: inv.Number, Total: inv.Total, ID: r.Submission.ID, Row: r.Row, Became: became(r)}, nil
}

// key is that of the submission of an invoice.
func (f File) key(inv ledes.Invoice) submission.Key {
	return submission.Key{Account: f.Account, LawFirmID: inv.LawFirmID, ClientID: inv.ClientID, Number: inv.Number}
}

// object is the file as a revision remembers it.
func (f File) object() submission.Object {
	return submission.Object{Name: f.Name, Version: f.Version, At: f.At, Nth: f.Nth}
}

func (f File) result(s Status) Result { return Result{Account: f.Account, File: f.Name, Status: s} }

// fatal returns err if no other file can be registered either.
func fatal(ctx context.Context, err error) error {
	if errors.Is(err, ledger.ErrBusy) || errors.Is(err, ledger.ErrNewer) {
		return err
	}
	return ctx.Err()
}
