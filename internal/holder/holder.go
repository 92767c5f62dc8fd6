// Package holder tells who holds leases on this machine and whether they live.
//
// A holder is a process. While it lives it keeps a lock (flock) on a file of
// its own; the kernel frees the lock when the process is gone, however it ended,
// and not before. So a lock that can be taken proves that its holder is dead.
// The folder lies on a local disk, beside the ledger.
package holder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sys/unix"
)

// ErrUnknown says that it cannot be known whether a holder lives. It then
// counts as alive.
var ErrUnknown = errors.New("it cannot be known whether the holder lives")

// suffix ends the names of lock files.
const suffix = ".lock"

// owners match a holder's ID: a ULID, and the process id for people.
var owners = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{26}-[0-9]+$`)

// A Dir is the folder with the lock files of this machine's holders. It
// implements ledger.Holders for programs that hold nothing themselves.
type Dir string

// A Holder is this process as a holder of leases.
type Holder struct {
	Dir
	id   string
	lock *os.File
}

// Register makes this process a holder, until Close or its end. It makes dir if
// it is not there. The file gets its name when it is locked: nobody meets it
// before and takes its holder for dead.
func Register(dir string) (*Holder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	id := fmt.Sprintf("%s-%d", ulid.Make(), os.Getpid())
	final := Dir(dir).file(id)
	// Go opens files close-on-exec: no browser that we start keeps the lock.
	f, err := os.OpenFile(final+".new", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		err = os.Rename(f.Name(), final)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("holder: lock %s: %w", f.Name(), err), os.Remove(f.Name()), f.Close())
	}
	return &Holder{Dir(dir), id, f}, nil
}

// ID is the owner's name on leases. Parts of the process may add "/" and a name
// of their own: they live as long as it does.
func (h *Holder) ID() string { return h.id }

// Close ends the holder: from now on it counts as dead. Its file stays, for it
// is the proof; [Dir.Sweep] removes it when no lease is left.
func (h *Holder) Close() error { return h.lock.Close() }

// Dead is true only if it is proven that owner's process has ended. Of an owner
// that is not one of this folder's the error is [ErrUnknown].
func (d Dir) Dead(ctx context.Context, owner string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	id, _, _ := strings.Cut(owner, "/")
	if !owners.MatchString(id) {
		return false, fmt.Errorf("%w: %q is no holder of this machine", ErrUnknown, owner)
	}
	f, err := os.Open(d.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%w: %s has no file in %s: it ran on another machine, or the file was deleted", ErrUnknown, id, string(d))
	}
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	defer f.Close()
	// Shared, so that two who ask at once do not take each other for the holder.
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		return false, nil
	default:
		return false, fmt.Errorf("%w: lock of %s: %w", ErrUnknown, id, err)
	}
}

// Sweep removes the files of dead holders that no lease names, and returns how
// many. inUse lists the names on leases; it is asked after the dead were found,
// and the dead take no new ones.
func (d Dir) Sweep(ctx context.Context, inUse func(context.Context) ([]string, error)) (int, error) {
	dead, err := d.dead(ctx)
	if err != nil {
		return 0, err
	}
	used, err := inUse(ctx)
	if err != nil {
		return 0, fmt.Errorf("holder: sweep: %w", err)
	}
	keep := map[string]bool{}
	for _, owner := range used {
		id, _, _ := strings.Cut(owner, "/")
		keep[id] = true
	}
	n := 0
	for _, id := range dead {
		if keep[id] {
			continue
		}
		if err := os.Remove(d.file(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, fmt.Errorf("holder: sweep: %w", err)
		}
		n++
	}
	return n, nil
}

// dead are the holders of this folder that are proven dead.
func (d Dir) dead(ctx context.Context) ([]string, error) {
	files, err := os.ReadDir(string(d))
	if err != nil {
		return nil, fmt.Errorf("holder: sweep: %w", err)
	}
	var list []string
	for _, file := range files {
		id, ok := strings.CutSuffix(file.Name(), suffix)
		if !ok {
			continue
		}
		if dead, err := d.Dead(ctx, id); dead && err == nil {
			list = append(list, id)
		}
	}
	return list, ctx.Err()
}

func (d Dir) file(id string) string { return filepath.Join(string(d), id+suffix) }
