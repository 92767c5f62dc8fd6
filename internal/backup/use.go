package backup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// useName is the file below the state folder that whoever uses the ledger holds
// a shared lock on. A restore takes it for itself: nobody may write to a ledger
// that is being put aside.
const useName = "in-use.lock"

// ErrInUse says that others work with the state that is to be replaced.
var ErrInUse = errors.New("it is in use")

// Use tells a restore that the state is used, until Close or the end of the
// process. It fails while one is under way, or was broken off in the middle.
func Use(state string) (io.Closer, error) {
	f, err := lock(state, unix.LOCK_SH)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("%s is being restored: try again when that is done", state)
	}
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(filepath.Join(state, workName, planName)); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("a restore of %s was broken off in the middle, and nothing may be done before it is finished: "+
			"the operator types: lodge restore --finish", state), f.Close())
	}
	return f, nil
}

// own takes the state for this process alone.
func own(state string) (io.Closer, error) {
	f, err := lock(state, unix.LOCK_EX)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w: a lodge command works with %s: wait until it has ended, or stop it", ErrInUse, state)
	}
	return f, err
}

func lock(state string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(state, useName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Name(), err), f.Close())
	}
	return f, nil
}
