package ledgertest

import (
	"context"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// Failing is an engine of which every call can be made to fail. Fail is asked
// twice about each, with the method's name: before anything is done, when an error
// is the answer and nothing happens; and after it was done without an error, when
// an error means that the answer is lost. Fail may also end a context, or a
// program, and return nil. It must be safe for use by several goroutines.
type Failing struct {
	ledger.Engine
	Fail func(call string, done bool) error
}

var _ ledger.Engine = Failing{}

// through makes one call.
func through[V any](f Failing, call string, do func() (V, error)) (V, error) {
	var none V
	if err := f.Fail(call, false); err != nil {
		return none, err
	}
	v, err := do()
	if err == nil {
		err = f.Fail(call, true)
	}
	if err != nil {
		return none, err
	}
	return v, nil
}

func (f Failing) write(call string, do func() error) error {
	_, err := through(f, call, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// Load implements [ledger.Engine].
func (f Failing) Load(ctx context.Context, id string) (submission.Submission, error) {
	return through(f, "Load", func() (submission.Submission, error) { return f.Engine.Load(ctx, id) })
}

// Store implements [ledger.Engine].
func (f Failing) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	return f.write("Store", func() error { return f.Engine.Store(ctx, s, entries) })
}

// List implements [ledger.Engine].
func (f Failing) List(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	return through(f, "List", func() ([]ledger.Summary, error) { return f.Engine.List(ctx, q) })
}

// CountOf implements [ledger.Engine].
func (f Failing) CountOf(ctx context.Context, q ledger.Query) (int, error) {
	return through(f, "CountOf", func() (int, error) { return f.Engine.CountOf(ctx, q) })
}

// Counts implements [ledger.Engine].
func (f Failing) Counts(ctx context.Context) ([]ledger.Count, error) {
	return through(f, "Counts", func() ([]ledger.Count, error) { return f.Engine.Counts(ctx) })
}

// Groups implements [ledger.Engine].
func (f Failing) Groups(ctx context.Context) ([]ledger.Group, error) {
	return through(f, "Groups", func() ([]ledger.Group, error) { return f.Engine.Groups(ctx) })
}

// History implements [ledger.Engine].
func (f Failing) History(ctx context.Context, id string) ([]submission.Entry, error) {
	return through(f, "History", func() ([]submission.Entry, error) { return f.Engine.History(ctx, id) })
}

// NextDue implements [ledger.Engine].
func (f Failing) NextDue(ctx context.Context) ([]ledger.Due, error) {
	return through(f, "NextDue", func() ([]ledger.Due, error) { return f.Engine.NextDue(ctx) })
}

// Accounts implements [ledger.Engine].
func (f Failing) Accounts(ctx context.Context) ([]ledger.Account, error) {
	return through(f, "Accounts", func() ([]ledger.Account, error) { return f.Engine.Accounts(ctx) })
}

// LoadAccount implements [ledger.Engine].
func (f Failing) LoadAccount(ctx context.Context, name string) (ledger.Account, error) {
	return through(f, "LoadAccount", func() (ledger.Account, error) { return f.Engine.LoadAccount(ctx, name) })
}

// StoreAccount implements [ledger.Engine].
func (f Failing) StoreAccount(ctx context.Context, a ledger.Account) error {
	return f.write("StoreAccount", func() error { return f.Engine.StoreAccount(ctx, a) })
}

// Enrol implements [ledger.Engine].
func (f Failing) Enrol(ctx context.Context, destination string) error {
	return f.write("Enrol", func() error { return f.Engine.Enrol(ctx, destination) })
}

// Dismiss implements [ledger.Engine].
func (f Failing) Dismiss(ctx context.Context, destination string) error {
	return f.write("Dismiss", func() error { return f.Engine.Dismiss(ctx, destination) })
}

// Owed implements [ledger.Engine].
func (f Failing) Owed(ctx context.Context, destination, after string, limit int) ([]ledger.Owed, error) {
	return through(f, "Owed", func() ([]ledger.Owed, error) { return f.Engine.Owed(ctx, destination, after, limit) })
}

// Delivered implements [ledger.Engine].
func (f Failing) Delivered(ctx context.Context, destination, id string, seq int64) error {
	return f.write("Delivered", func() error { return f.Engine.Delivered(ctx, destination, id, seq) })
}

// Now implements [ledger.Engine].
func (f Failing) Now(ctx context.Context) (time.Time, error) {
	return through(f, "Now", func() (time.Time, error) { return f.Engine.Now(ctx) })
}
