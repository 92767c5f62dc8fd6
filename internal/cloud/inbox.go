package cloud

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/ledes"
)

// An Inbox takes in what lies below [config.InboxKeys] in a bucket with versions. An
// event only says where to look. Of each object the newest version counts, and it is
// registered once: a mark below [config.TakenKeys] says so, and without the mark the
// ledger knows the bytes. Nothing that arrived is moved, changed or deleted. It is
// safe for use by several goroutines and programs at once.
type Inbox struct {
	S3        *s3.Client
	Bucket    string
	Taker     intake.Taker
	Strays    Strays
	Watermark time.Time // what the bucket got before is listed, and waits for [Inbox.Adopt]
	Build     string    // of this program: what another build refused is judged again
	Table     string    // of the ledger: what one of another table registered, this one may have lost
}

// Strays is where it is kept what arrived and belongs to nobody: a [ledger.Ledger].
type Strays interface {
	// NoteStrays adds what was met, and forgets what is gone, by name.
	NoteStrays(ctx context.Context, met []ledger.Stray, gone []string) error
	// Compared takes the word of a comparison that began at begun and met all of the
	// bucket; old is how many objects wait to be adopted.
	Compared(ctx context.Context, begun time.Time, found []ledger.Stray, old int) error
}

// An Arrival tells what became of one object.
type Arrival struct {
	intake.Result
	Key     string // as it may be shown
	Version string // that was looked at; "" if there is none
	At      time.Time
	again   bool // it is to be looked at again, since what failed may pass
}

// Stray is the arrival as the ledger keeps it, if it belongs to nobody.
func (a Arrival) Stray() (ledger.Stray, bool) {
	if a.Status != intake.Left || a.again && !errors.Is(a.Err, errDenied) {
		return ledger.Stray{}, false
	}
	return ledger.Stray{Name: a.Key, Version: a.Version, Why: a.Err.Error(), Needs: a.Needs}, true
}

// ours are the parts of the bucket that Lodge writes itself.
var ours = []string{config.TakenKeys, config.StagedKeys, config.EvidenceKeys, config.StatusKeys}

// mine says whether a key is of something that Lodge wrote itself.
func mine(key string) bool {
	for _, prefix := range ours {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// take takes in a version that was the newest when it was listed.
func (in *Inbox) take(ctx context.Context, v version) Arrival {
	a := in.arrival(v)
	marker := strings.HasSuffix(v.Key, "/") && v.Size == 0
	switch {
	case v.Gone:
		a.Status = intake.Gone
		return a
	case marker: // a folder, as the console makes them
		a.Status = intake.Unchanged
		return a
	}
	if needs, err := in.wrong(v.Key); err != nil {
		a.Status, a.Needs, a.Err = intake.Left, needs, err
		return a
	}
	if v.At.Before(in.Watermark) {
		a.Status = intake.Old
		return a
	}
	if marked, err := in.marked(ctx, v); err != nil {
		return a.failed(fmt.Errorf("ask whether it was taken in: %w", err))
	} else if marked {
		a.Status = intake.Unchanged
		return a
	}
	return in.register(ctx, a, v)
}

// arrival begins to tell of a version.
func (in *Inbox) arrival(v version) Arrival {
	account, file, _ := strings.Cut(strings.TrimPrefix(v.Key, config.InboxKeys), "/")
	if !strings.HasPrefix(v.Key, config.InboxKeys) {
		account, file = "", v.Key
	}
	return Arrival{
		Key: intake.Shown(v.Key), Version: v.ID, At: v.At,
		Result: intake.Result{Account: intake.Shown(account), File: intake.Shown(file)},
	}
}

// wrong says why nothing under a key can become a submission.
func (in *Inbox) wrong(key string) (carriers.Person, error) {
	name, ok := strings.CutPrefix(key, config.InboxKeys)
	if !ok {
		return carriers.Operator, fmt.Errorf(
			"it is not below %s, where files arrive, and Lodge did not write it: move it or remove it", config.InboxKeys)
	}
	account, file, ok := strings.Cut(name, "/")
	_, known := in.Taker.Accounts[account]
	switch {
	case !ok || file == "":
		return carriers.Biller, errors.New("it is not in the folder of an account, where files belong")
	case !known:
		return carriers.Operator, errors.New("there is no such account: it is left where it is; configure the account or move the file")
	case strings.Contains(file, "/"):
		return carriers.Biller, errors.New("it is in a folder below the account's: files belong directly in the folder of the account")
	case intake.Ignored(file):
		return carriers.Biller, errors.New("its name says that it is hidden or not whole: give it another name, or remove it")
	}
	return carriers.Nobody, nil
}

// tries is how often an object is looked at anew because it changed meanwhile.
const tries = 3

// register reads a version and registers it, and marks it.
func (in *Inbox) register(ctx context.Context, a Arrival, v version) Arrival {
	for range tries {
		account, file, _ := strings.Cut(strings.TrimPrefix(v.Key, config.InboxKeys), "/")
		f := intake.File{Account: account, Name: intake.Shown(file), Version: v.ID, At: v.At, Nth: v.Nth}
		read, err := in.read(ctx, f, v)
		if err == nil {
			a.Result, err = in.Taker.Take(ctx, f, read)
		}
		if err != nil && !errors.Is(err, errGone) {
			return in.arrival(v).failed(err)
		}
		if err == nil {
			if err := in.mark(ctx, v, a.Status); err != nil {
				a = in.arrival(v)
				return a.failed(fmt.Errorf("it is registered, and could not be marked as taken in: %w", err))
			}
			if a.Status != intake.Quarantined {
				return a
			}
		}
		// What was unfit or gone when it was read may be mended by now, and whoever
		// took in the newer version may have been before us.
		now, err := in.newest(ctx, v.Key)
		if err != nil {
			return in.arrival(v).failed(fmt.Errorf("find its newest version: %w", err))
		}
		if now.ID == v.ID && a.Status == intake.Quarantined {
			return a
		}
		if a = in.arrival(now); now.Gone {
			a.Status = intake.Gone
			return a
		}
		v = now
	}
	return in.arrival(v).failed(errors.New("it changed each time that it was read"))
}

// read reads a version, no further than a file may be long.
func (in *Inbox) read(ctx context.Context, f intake.File, v version) (*ledes.File, error) {
	body, err := in.open(ctx, v)
	if err != nil {
		return nil, err
	}
	read, err := in.Taker.Read(f.Account, body)
	if err := errors.Join(err, body.Close()); err != nil {
		return nil, fmt.Errorf("read it: %w", err)
	}
	return read, nil
}

// failed is what there is to tell of an object that could not be taken in just now.
func (a Arrival) failed(err error) Arrival {
	a.Status, a.Needs, a.Err, a.again = intake.Left, carriers.Operator, err, true
	return a
}
