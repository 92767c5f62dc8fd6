package objects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
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
	if folder == "" {
		return walking{ctx, f.root, flat, yield}.walk(".", "")
	}
	inner, err := f.Within(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = inner.Close() }()
	return walking{ctx, inner.root, flat, yield}.walk(".", folder+"/")
}

// walking is a list under way.
type walking struct {
	ctx   context.Context
	root  *os.Root
	flat  bool
	yield func(Entry, error) bool
}

// walk gives what lies in dir, below root, with names that begin as before says.
func (w walking) walk(dir, before string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	entries, err := read(w.root, dir)
	if err != nil {
		return fmt.Errorf("%w: the operator looks at that disk", err)
	}
	for _, d := range entries {
		name := before + d.Name()
		if d.IsDir() && !w.flat {
			below := d.Name()
			if dir != "." {
				below = dir + "/" + below
			}
			if err := w.walk(below, name+"/"); err != nil {
				return err
			}
			continue
		}
		e := Entry{Name: name, Folder: d.IsDir(), Strange: !d.IsDir() && !d.Type().IsRegular(), disk: d}
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
	entries = slices.DeleteFunc(entries, unfinished)
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

func unfinished(d fs.DirEntry) bool { return strings.HasSuffix(d.Name(), durable.Partial) }

// Sweep implements [Sweeper].
func (f *Folder) Sweep(ctx context.Context, folder string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	inner, err := f.Within(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = inner.Close() }()
	entries, err := fs.ReadDir(inner.root.FS(), ".")
	if err != nil {
		return 0, fmt.Errorf("%w: the operator looks at that disk", err)
	}
	n := 0
	for _, d := range entries {
		if d.IsDir() || !unfinished(d) {
			continue
		}
		if err := inner.root.Remove(d.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, fmt.Errorf("%w: the operator looks at that disk", err)
		}
		n++
	}
	return n, nil
}
