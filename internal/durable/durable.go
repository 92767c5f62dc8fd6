// Package durable writes files that a kill or a power cut leaves whole or not
// at all: the bytes go to a partial file, reach the disk, and only then get
// their name, which reaches the disk too before a function returns.
//
// Files are 0600 and folders 0700. A kill may leave a file whose name ends in
// [Partial]; readers pass over it.
package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// Partial ends the name of a file that is not finished.
const Partial = ".partial"

// Create writes a new file below root. If there is one of that name already it
// is left as it is and the error is [fs.ErrExist]: that one is on the disk then,
// even if whoever wrote it has not come so far as to know. The file system must know
// hard links, which is how a name is given without ever taking one away.
func Create(root *os.Root, name string, data []byte) error {
	return write(root, name, whole(data), root.Link)
}

// Stream is [Create] for a file that is not held in memory: fill writes it, may
// read it again, and leaves nothing behind where it fails.
func Stream(root *os.Root, name string, fill func(*os.File) error) error {
	return write(root, name, fill, root.Link)
}

func whole(data []byte) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.Write(data)
		return err
	}
}

// Replace writes a file below root in place of the one that may be there.
// Whoever reads meanwhile gets all of the old one or all of the new one.
func Replace(root *os.Root, name string, data []byte) error {
	return write(root, name, whole(data), root.Rename)
}

// write has a partial file filled and has publish give it its name.
func write(root *os.Root, name string, content func(*os.File) error, publish func(from, to string) error) error {
	partial := path.Join(path.Dir(name), "."+path.Base(name)+"."+rand.Text()[:10]+Partial)
	err := fill(root, partial, content)
	if err == nil {
		err = publish(partial, name)
	}
	// After a rename it is gone, after a link it is the second name; a failure
	// to remove it does no harm.
	_ = root.Remove(partial)
	if err == nil || errors.Is(err, fs.ErrExist) {
		err = errors.Join(err, syncFolder(root, path.Dir(name)))
	}
	if err != nil {
		return failed(filepath.Join(root.Name(), name), err)
	}
	return nil
}

// fill writes a new file and brings it to the disk.
func fill(root *os.Root, name string, content func(*os.File) error) error {
	f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = content(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// MkdirAll makes the folder dir below root with those above it. Each level is
// brought to the disk even if it was there, because whoever made it may not
// have come so far.
func MkdirAll(root *os.Root, dir string) error {
	above := "."
	for part := range strings.SplitSeq(path.Clean(dir), "/") {
		next := path.Join(above, part)
		if err := root.Mkdir(next, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return failed(filepath.Join(root.Name(), next), err)
		}
		if err := syncFolder(root, above); err != nil {
			return failed(filepath.Join(root.Name(), above), err)
		}
		above = next
	}
	return nil
}

// Folder makes the folder at path, or takes the rights of others away from the
// one that is there.
func Folder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return failed(path, err)
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(path, info.Mode().Perm()&0o700)
	}
	if err != nil {
		return failed(path, err)
	}
	return nil
}

// syncFolder brings the names in a folder to the disk.
func syncFolder(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// failed says what was not written, why, and who acts.
func failed(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already and was left as it is: %w", path, fs.ErrExist)
	}
	return fmt.Errorf("%s could not be written: %w: %s", path, reason(err), advice(err))
}

// reason is err without the partial file's name, which helps nobody.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err
	}
	return err
}

// advice says who acts on err.
func advice(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "the operator makes room on that disk"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "the operator lets Lodge's user write there"
	default:
		return "the operator looks at that disk"
	}
}
