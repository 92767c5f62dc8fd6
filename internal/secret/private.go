package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// readPrivate reads a file that only its owner may read or change.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat() // of the open file: it cannot be exchanged between the two
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("secret: %s is not a file: the operator corrects the path in lodge.yaml", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("secret: others may use %s (mode %04o): the operator types: chmod 600 %s", path, mode, path)
	}
	data, err := io.ReadAll(io.LimitReader(f, fileLimit+1))
	if err != nil {
		return nil, fmt.Errorf("secret: read %s: %w", path, err)
	}
	if len(data) > fileLimit {
		return nil, fmt.Errorf("secret: %s has more than %d bytes: the operator corrects the path in lodge.yaml", path, fileLimit)
	}
	return data, nil
}

// in calls do with the folder of path and the name in it.
func in(path string, do func(root *os.Root, name string) error) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	defer func() { _ = root.Close() }()
	if err := do(root, filepath.Base(path)); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return nil
}

// lockRetry is how often a lock that another holds is tried again.
const lockRetry = 10 * time.Millisecond

// lock takes the advisory lock on the file at path, waits for it while ctx
// lasts, and returns what gives it back. The file stays; a holder that dies
// gives the lock back by dying.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	tick := time.NewTicker(lockRetry)
	defer tick.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return nil, errors.Join(fmt.Errorf("secret: lock %s: %w", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("secret: another program holds %s: %w", path, context.Cause(ctx)), f.Close())
		case <-tick.C:
		}
	}
}
