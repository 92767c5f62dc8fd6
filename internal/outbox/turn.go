package outbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Turns are how those who share a ledger take turns at a destination. Two who
// told it at once could tell one submission's events out of order, or put an
// older status in place of a newer one.
type Turns interface {
	// Take takes a destination's turn, or fails with [ErrBusy] at once.
	Take(ctx context.Context, destination string) (Turn, error)
}

// A Turn is the right to tell a destination until End. It is used by several
// goroutines.
type Turn interface {
	// Keep is asked before each thing that is told. It returns how long nobody else
	// can have the turn, at least; with [ErrLost] nothing more is told.
	Keep(ctx context.Context) (time.Duration, error)
	// End gives the turn back.
	End(ctx context.Context)
}

// Errors of turns.
var (
	ErrBusy = errors.New("another process has its turn")
	ErrLost = errors.New("the turn was lost to another process, or is about to be")
)

// unbounded is how long a turn lasts that ends with its holder only.
const unbounded = 1000 * time.Hour

// Folder is [Turns] by locks in a folder, for the processes of one machine. Who
// dies gives the lock back by dying.
type Folder string

// A fileTurn is a lock that is held.
type fileTurn struct{ *os.File }

// Take implements [Turns].
func (folder Folder) Take(_ context.Context, destination string) (Turn, error) {
	root, err := os.OpenRoot(string(folder))
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	defer func() { _ = root.Close() }()
	f, err := root.OpenFile("outbox-"+destination+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return fileTurn{f}, nil
	}
	_ = f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, ErrBusy
	}
	return nil, fmt.Errorf("outbox: lock %s: %w", f.Name(), err)
}

// Keep implements [Turn].
func (fileTurn) Keep(context.Context) (time.Duration, error) { return unbounded, nil }

// End implements [Turn].
func (t fileTurn) End(context.Context) { _ = t.Close() }
