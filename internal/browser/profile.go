package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A profile is the folder of one browser. The browser's owner holds a lock on a
// file in it, so that others can tell it from one that a dead run left.
type profile struct {
	dir  string
	temp string // for the browser's temporary files
	lock *os.File
}

const (
	profilePrefix = "profile-"
	tempPrefix    = "lodge-"
	tempName      = "tmp"
	lockName      = "lock"

	// The socket is TMPDIR/org.chromium.Chromium.XXXXXX/SingletonSocket.
	longestTemp = 104 - len("/org.chromium.Chromium.XXXXXX/SingletonSocket") - 1
)

// newProfile makes a profile below folder, for its owner only.
func newProfile(folder string) (*profile, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	// Between the making of a profile and its lock nobody may sweep.
	unlock, err := lockFolder(folder)
	if err != nil {
		return nil, err
	}
	defer unlock()
	dir, err := os.MkdirTemp(folder, profilePrefix) // 0700 by itself
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(dir, lockName), unix.LOCK_NB)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	p := &profile{dir: dir, lock: lock}
	if p.temp, err = makeTemp(dir); err != nil {
		return nil, errors.Join(err, p.remove(context.Background()))
	}
	return p, nil
}

// makeTemp makes the folder for the browser's temporary files, in the profile
// where it can be. Chromium puts a socket there, and the address of a socket is
// short (108 bytes on Linux, 104 on macOS): a profile further down has a link.
func makeTemp(dir string) (string, error) {
	temp := filepath.Join(dir, tempName)
	if len(temp) <= longestTemp {
		return temp, os.Mkdir(temp, 0o700)
	}
	elsewhere, err := os.MkdirTemp("", tempPrefix)
	if err != nil {
		return "", err
	}
	if err := os.Symlink(elsewhere, temp); err != nil {
		return "", errors.Join(err, os.Remove(elsewhere))
	}
	return elsewhere, nil
}

// remove kills what still uses the profile, removes it and gives up its lock.
func (p *profile) remove(ctx context.Context) error {
	defer p.lock.Close()
	return removeProfile(ctx, p.dir)
}

// Sweep removes the profiles that dead runs left below folder, and kills what
// still uses them. Profiles of living runs are left alone. It returns how many
// it removed.
func Sweep(ctx context.Context, folder string) (int, error) {
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return 0, err
	}
	unlock, err := lockFolder(folder)
	if err != nil {
		return 0, fmt.Errorf("browser: sweep profiles: %w", err)
	}
	defer unlock()
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, fmt.Errorf("browser: sweep profiles: %w", err)
	}
	swept := 0
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), profilePrefix) {
			continue
		}
		gone, sweepErr := sweepOne(ctx, filepath.Join(folder, e.Name()))
		if gone {
			swept++
		}
		err = errors.Join(err, sweepErr)
	}
	return swept, err
}

func sweepOne(ctx context.Context, dir string) (bool, error) {
	lock, err := lockFile(filepath.Join(dir, lockName), unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil // its owner lives
	}
	if err != nil {
		return false, fmt.Errorf("browser: sweep profiles: %w", err)
	}
	defer lock.Close()
	if err := removeProfile(ctx, dir); err != nil {
		return false, fmt.Errorf("browser: sweep profiles: %w", err)
	}
	return true, nil
}

// removeProfile tries until nothing writes below dir any more.
func removeProfile(ctx context.Context, dir string) error {
	for {
		left := killUsers(dir)
		err := errors.Join(removeTemp(dir), os.RemoveAll(dir))
		if left == 0 && err == nil {
			return nil
		}
		if err == nil {
			err = fmt.Errorf("%d processes still use %s", left, dir)
		}
		if pause(ctx, 20*time.Millisecond) != nil {
			return err
		}
	}
}

// removeTemp removes what the link to temporary files leads to, if it leads to
// where [makeTemp] puts them.
func removeTemp(dir string) error {
	elsewhere, err := os.Readlink(filepath.Join(dir, tempName))
	if err != nil || !strings.HasPrefix(filepath.Base(elsewhere), tempPrefix) {
		return nil // there is no link
	}
	return os.RemoveAll(elsewhere)
}

func lockFolder(folder string) (unlock func(), err error) {
	f, err := lockFile(filepath.Join(folder, "."+lockName), 0)
	if err != nil {
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// lockFile opens and locks a file. The lock ends when the file is closed, or
// its process ends; children do not inherit it.
func lockFile(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return f, nil
}

// pause waits for d, or until ctx ends and returns its cause then.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
