package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// errChanging means that a file changed while it was read.
var errChanging = errors.New("it changed while it was read")

// A file is one file of an account's folder during a scan.
type file struct {
	*scan
	place place
	dir   *os.Root
	info  fs.FileInfo // as listed
}

// look does with the file what is due. Its error is one that ends the scan.
func (f *file) look(ctx context.Context) (Result, error) {
	now := f.options.Clock.Now()
	stamp := stampOf(f.info)
	if !f.info.Mode().IsRegular() {
		return f.left(carriers.Biller, fmt.Errorf("it is not a file but a %s, which is not followed", kindOf(f.info))), nil
	}
	if f.info.ModTime().Before(f.options.Watermark) && !f.adopted[adoption{f.place, stamp.version()}] {
		return f.result(Old), nil
	}
	if until := f.index.settles(f.place, stamp, now, f.options.Settle); until.After(now) {
		return f.waiting(until), nil
	}
	if f.index.fresh(f.place, stamp, now) {
		return f.result(Unchanged), nil
	}
	read, err := f.read()
	switch {
	case errors.Is(err, errChanging):
		return f.waiting(now.Add(f.options.Settle)), nil
	case err != nil:
		return f.left(carriers.Operator, fmt.Errorf("read it: %w", err)), nil
	}
	result, err := f.take(ctx, File{Account: f.place.Account, Name: f.place.File}, read)
	if err != nil {
		return f.left(acts(err), err), fatal(ctx, err)
	}
	f.index.took(f.place, stamp, read.SHA, result.Status, now)
	return result, nil
}

func (f *file) result(s Status) Result {
	return Result{Account: f.place.Account, File: f.place.File, Status: s}
}

func (f *file) waiting(until time.Time) Result {
	r := f.result(Waiting)
	r.Until = until
	return r
}

func (f *file) left(needs carriers.Person, err error) Result {
	r := f.result(Left)
	r.Needs, r.Err = needs, err
	return r
}

// kindOf names what is no regular file.
func kindOf(info fs.FileInfo) string {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	default:
		return "device or socket"
	}
}

// read reads the file once. It is the file that was listed, or errChanging.
func (f *file) read() (*ledes.File, error) {
	// A pipe put in the file's place must not make the opening wait.
	in, err := f.dir.OpenFile(f.info.Name(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errChanging
	}
	if err != nil {
		return nil, withoutPath(err)
	}
	defer in.Close()
	opened, err := in.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if !os.SameFile(opened, f.info) { // a pipe with a writer would make the reading wait, too
		return nil, errChanging
	}
	read, err := f.Read(f.place.Account, in)
	if err != nil {
		return nil, withoutPath(err)
	}
	after, err := in.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if stampOf(after) != stampOf(f.info) {
		return nil, errChanging
	}
	return read, nil
}

// withoutPath drops a path from an error: it holds the file's raw name.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
