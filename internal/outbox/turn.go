package outbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// errBusy says that another process tells the destination just now.
var errBusy = errors.New("another process has its turn")

// turn takes a destination's lock, or fails with errBusy. Two who told it at once
// could tell one submission's events out of order, or put an older status in
// place of a newer one. Who dies gives the lock back by dying.
func turn(folder, destination string) (end func(), err error) {
	root, err := os.OpenRoot(folder)
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
		return func() { _ = f.Close() }, nil
	}
	_ = f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errBusy
	}
	return nil, fmt.Errorf("outbox: lock %s: %w", f.Name(), err)
}
