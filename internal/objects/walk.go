package objects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"example.com/lodge/internal/durable"
)

// List implements [Store]. What a killed writer left unfinished is passed over.
func (f *Folder) List(ctx context.Context, folder string, flat bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := f.list(ctx, folder, flat, yield); err != nil && !errors.Is(err, errEnough) {
			yield(Entry{}, err)
		}
	}
}

// errEnough is that whoever reads a list wants no more of it.
var errEnough = errors.New("enough")

func (f *Folder) list(ctx context.Context, folder string, flat bool, yield func(Entry, error) bool) error {
	root := f.root
	if folder != "" {
		if err := Check(folder); err != nil {
			return err
		}
		info, err := f.root.Lstat(folder)
		if err == nil && !info.IsDir() {
			return nil // and to open a pipe would be to wait
		}
		var inner *os.Root
		if err == nil {
			inner, err = f.root.OpenRoot(folder) // looked up once, whatever lies below
		}
		if err = absent(err); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: the operator looks at that disk", err)
		}
		defer func() { _ = inner.Close() }()
		root = inner
	}
	return walking{ctx, root, folder, flat, yield}.walk(".")
}

// walking is a list under way.
type walking struct {
	ctx    context.Context
	root   *os.Root
	folder string // where root is, below the store
	flat   bool
	yield  func(Entry, error) bool
}

// walk gives what lies in dir, below root.
func (w walking) walk(dir string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	entries, err := read(w.root, dir)
	if err != nil {
		return fmt.Errorf("%w: the operator looks at that disk", err)
	}
	for _, d := range entries {
		name := path.Join(dir, d.Name())
		if d.IsDir() && !w.flat {
			if err := w.walk(name); err != nil {
				return err
			}
			continue
		}
		e := Entry{Name: path.Join(w.folder, name), Folder: d.IsDir(), Strange: !d.IsDir() && !d.Type().IsRegular()}
		e.Info = func() (Info, error) { return told(d) }
		if !w.yield(e, nil) {
			return errEnough
		}
	}
	return nil
}

// read reads a folder in the order of names, folders with their "/". One that has
// gone meanwhile is empty.
func read(root *os.Root, dir string) ([]fs.DirEntry, error) {
	file, err := root.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err = absent(err); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := file.ReadDir(-1)
	entries = slices.DeleteFunc(entries, func(d fs.DirEntry) bool { return strings.HasSuffix(d.Name(), durable.Partial) })
	slices.SortFunc(entries, order)
	return entries, errors.Join(err, file.Close())
}

// order compares the names of two entries of one folder, of folders with the "/"
// that follows in the names of all that is below them.
func order(a, b fs.DirEntry) int {
	x, y := a.Name(), b.Name()
	switch {
	case a.IsDir() && strings.HasPrefix(y, x):
		return cmp.Compare("/", y[len(x):])
	case b.IsDir() && strings.HasPrefix(x, y):
		return cmp.Compare(x[len(y):], "/")
	}
	return cmp.Compare(x, y)
}

// told is what the disk says of an entry of a list.
func told(d fs.DirEntry) (Info, error) {
	i, err := d.Info()
	if err != nil {
		return Info{}, err
	}
	if d.IsDir() {
		return Info{At: i.ModTime()}, nil
	}
	return Info{Size: i.Size(), At: i.ModTime()}, nil
}
