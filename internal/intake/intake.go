// Package intake turns the files of an inbox into submissions, or quarantines
// them with reasons.
//
// What one file becomes is the [Taker]'s: what is fit to be filed is copied, one
// file an invoice, and only then registered with the ledger. Reading the same file
// twice is harmless: the ledger knows the bytes.
//
// Where files come from is an [Intake]'s, which looks through a folder with a folder
// for each account, and LEDES files in it; and that of package cloud, which looks
// into a bucket. Neither moves, changes or deletes a file there.
package intake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
)

// DefaultSettle is how long a file must have been left alone where [Options] say
// nothing. Programs that upload write at least once a second.
const DefaultSettle = 2 * time.Second

// Options say where files come from and where they go.
type Options struct {
	Inbox     string                      // folder of account folders
	State     string                      // folder for what intake remembers
	Staged    staged.Copies               // of what is filed
	Accounts  map[string]carriers.Carrier // by the account's name, which is its folder's
	Watermark time.Time                   // files last changed before it wait for [Intake.Adopt]
	Settle    time.Duration               // how long a file must have been left alone; 0: DefaultSettle
	Ledger    Ledger
	Clock     clock.Clock
}

// An Intake looks through one inbox. It is used from one goroutine; several
// programs may look through the same inbox at the same time.
type Intake struct {
	options Options
	taker   Taker
	state   *os.Root
	index   *index
}

// New prepares an intake: it opens the state folder, which must exist, and reads
// what was remembered there. Close ends its use.
func New(o Options) (*Intake, error) {
	if o.Settle <= 0 {
		o.Settle = DefaultSettle
	}
	taker := Taker{Accounts: o.Accounts, Staged: o.Staged, Ledger: o.Ledger}
	if err := taker.Check(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(o.State)
	if err != nil {
		return nil, fmt.Errorf("open the state folder: %w", err)
	}
	return &Intake{options: o, taker: taker, state: root, index: loadIndex(root)}, nil
}

// Close ends the use of the state folder.
func (in *Intake) Close() error { return in.state.Close() }

// Scan looks through the inbox once and returns what it met, account by account
// and oldest file first, so that of two files with one invoice the later is the
// later revision. What is wrong with one file is in its result and stops no
// other, but for later ones with one of its invoices. The error means that the scan itself could not be done or finished:
// the inbox cannot be listed, the ledger cannot be used, ctx has ended.
func (in *Intake) Scan(ctx context.Context) ([]Result, error) {
	inbox, err := os.OpenRoot(in.options.Inbox)
	if err != nil {
		return nil, fmt.Errorf("open the inbox: %w", err)
	}
	defer inbox.Close()
	adopted, err := readAdoptions(in.state)
	if err != nil {
		return nil, err
	}
	s := &scan{
		Intake: in, ordered: ordered{in.taker, map[submission.Key]string{}},
		inbox: inbox, adopted: adopted, met: map[place]bool{},
	}
	err = s.run(ctx)
	if err == nil {
		in.index.keepOnly(s.met)
	}
	return s.results, errors.Join(err, in.index.save(in.state))
}

// A scan is one look through the inbox.
type scan struct {
	*Intake
	ordered
	inbox   *os.Root
	adopted map[adoption]bool
	met     map[place]bool
	results []Result
}

func (s *scan) run(ctx context.Context) error {
	entries, err := list(s.inbox)
	if err != nil {
		return fmt.Errorf("list the inbox: %w", err)
	}
	for _, e := range entries {
		if Ignored(e.Name()) {
			continue
		}
		if err := s.folder(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// folder looks through the folder of one account.
func (s *scan) folder(ctx context.Context, e os.FileInfo) error {
	name := e.Name()
	_, known := s.options.Accounts[name]
	switch {
	case !e.IsDir():
		s.problem("", name, carriers.Biller, errors.New("it is not a folder: files belong in the folder of an account"))
		return nil
	case !known:
		s.problem(name, "", carriers.Operator, errors.New(
			"there is no such account: its files are left where they are; configure the account or rename the folder"))
		return nil
	}
	dir, err := s.inbox.OpenRoot(name)
	if err != nil {
		s.problem(name, "", carriers.Operator, fmt.Errorf("open the folder: %w", err))
		return nil
	}
	defer dir.Close()
	files, err := list(dir)
	if err != nil {
		s.problem(name, "", carriers.Operator, fmt.Errorf("list the folder: %w", err))
		return nil
	}
	for _, info := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if Ignored(info.Name()) {
			continue
		}
		f := &file{scan: s, dir: dir, info: info, place: place{name, Shown(info.Name())}}
		s.met[f.place] = true
		result, err := f.look(ctx)
		s.results = append(s.results, result)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *scan) problem(account, name string, needs carriers.Person, err error) {
	s.results = append(s.results, Result{Account: Shown(account), File: Shown(name), Status: Left, Needs: needs, Err: err})
}
