package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"

	"example.com/lodge/internal/durable"
)

// A Folder is a [Store] in a folder of this machine. Names cannot leave it: links
// that lead out are not followed ([os.Root]). Its file system must know hard links.
type Folder struct {
	root *os.Root

	mu   sync.Mutex
	made map[string]bool // folders that this process has brought to the disk
}

var (
	_ Store   = (*Folder)(nil)
	_ Hinter  = (*Folder)(nil)
	_ Sweeper = (*Folder)(nil)
)

// MakeFolder opens the folder at path, and makes it if it is not there. Others lose
// their rights on it.
func MakeFolder(path string) (*Folder, error) {
	if err := durable.Folder(path); err != nil {
		return nil, err
	}
	return OpenFolder(path)
}

// OpenFolder opens a folder that is there, as it is, for instance a copy on a medium
// that cannot be written.
func OpenFolder(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("%w: the operator looks at that folder", err)
	}
	return &Folder{root: root, made: map[string]bool{}}, nil
}

// Close gives the folder back. Nothing waits to be written, and nothing is from now
// on.
func (f *Folder) Close() error { return f.root.Close() }

// Within is the store that a folder of this one is by itself, looked up once for all
// that is read in it. A folder that is not there is [fs.ErrNotExist].
func (f *Folder) Within(folder string) (*Folder, error) {
	if err := Check(folder); err != nil {
		return nil, err
	}
	root, err := f.root.OpenRoot(folder + "/") // without the "/" a pipe would be opened, and waited for
	if err != nil {
		return nil, fmt.Errorf("%w: the operator looks at that disk", absent(err))
	}
	return &Folder{root: root, made: map[string]bool{}}, nil
}

// Place implements [Store].
func (f *Folder) Place(name string) string {
	return filepath.Join(f.root.Name(), filepath.FromSlash(name))
}

// Create implements [Store].
func (f *Folder) Create(ctx context.Context, name string, data []byte) error {
	return f.write(ctx, name, data, durable.Create)
}

// Put implements [Store].
func (f *Folder) Put(ctx context.Context, name string, data []byte) error {
	return f.write(ctx, name, data, durable.Replace)
}

// Hint implements [Hinter].
func (f *Folder) Hint(ctx context.Context, name string, data []byte) error {
	return f.write(ctx, name, data, func(root *os.Root, name string, data []byte) error {
		file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = file.Write(data)
		return errors.Join(err, file.Close())
	})
}

// write has a file written in its folder, which may have to be made.
func (f *Folder) write(ctx context.Context, name string, data []byte, how func(*os.Root, string, []byte) error) error {
	if err := errors.Join(Check(name), ctx.Err()); err != nil {
		return err
	}
	dir := path.Dir(name)
	again, err := f.make(dir)
	if err != nil {
		return err
	}
	err = how(f.root, name, data)
	if again || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.forget() // somebody has removed the folder since
	if _, err := f.make(dir); err != nil {
		return err
	}
	return how(f.root, name, data)
}

// remembered bounds how many folders are known to be on the disk.
const remembered = 10_000

// make makes a folder, durably, unless this process has done so before.
func (f *Folder) make(dir string) (now bool, err error) {
	if dir == "." {
		return false, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made[dir] {
		return false, nil
	}
	if err := durable.MkdirAll(f.root, dir); err != nil {
		return true, err
	}
	if len(f.made) >= remembered {
		clear(f.made)
	}
	f.made[dir] = true
	return true, nil
}

func (f *Folder) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.made)
}

// Open implements [Store].
func (f *Folder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := errors.Join(Check(name), ctx.Err()); err != nil {
		return nil, err
	}
	return open(f.root, name)
}

// open opens a plain file. A pipe must not make anybody wait.
func open(root *os.Root, name string) (*os.File, error) {
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, absent(err)
	}
	info, err := file.Stat()
	if err == nil {
		_, err = infoOf(info)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file.Name(), err), file.Close())
	}
	return file, nil
}

// Stat implements [Store].
func (f *Folder) Stat(ctx context.Context, name string) (Info, error) {
	if err := errors.Join(Check(name), ctx.Err()); err != nil {
		return Info{}, err
	}
	info, err := f.root.Lstat(name)
	if err != nil {
		return Info{}, absent(err)
	}
	known, err := infoOf(info)
	if err != nil {
		return Info{}, fmt.Errorf("%s: %w", f.Place(name), err)
	}
	return known, nil
}

// infoOf tells of a file. A folder is no object, and what is neither is nothing that
// a store keeps.
func infoOf(i fs.FileInfo) (Info, error) {
	switch {
	case i.IsDir():
		return Info{}, fmt.Errorf("it is a folder: %w", fs.ErrNotExist)
	case !i.Mode().IsRegular():
		return Info{}, fmt.Errorf("it is no file: the operator finds out who put it there: %w", fs.ErrInvalid)
	}
	return Info{Size: i.Size(), At: i.ModTime()}, nil
}

// absent says of a name of which an object is part of the folder that nothing is
// there.
func absent(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

// Remove implements [Store].
func (f *Folder) Remove(ctx context.Context, name string) error {
	if err := errors.Join(Check(name), ctx.Err()); err != nil {
		return err
	}
	info, err := f.root.Lstat(name)
	if err == nil && !info.IsDir() {
		err = f.root.Remove(name)
	}
	if err = absent(err); err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("%w: the operator looks at that disk", err)
}
