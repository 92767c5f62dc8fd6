package intake

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path"

	"example.com/lodge/ledes"
)

// staged is the folder of the copies, below the state folder.
const staged = "staged"

// A stage keeps the files that are to be filed, each under the hash of its
// bytes, so that a copy can be checked by its name and the same bytes are kept
// once. A name from the inbox is never part of a path here.
type stage struct {
	root  *os.Root                     // the state folder
	write func(*os.File, []byte) error // tests put a full disk here
}

func newStage(root *os.Root) stage {
	return stage{root: root, write: func(f *os.File, b []byte) error {
		_, err := f.Write(b)
		return err
	}}
}

// put stores a part and returns its path below the state folder. When it has
// returned, a power cut loses nothing of it.
func (s stage) put(part ledes.Part) (string, error) {
	dir := path.Join(staged, part.SHA[:2])
	name := path.Join(dir, part.SHA+".txt")
	if err := s.folder(dir); err != nil {
		return "", err
	}
	if have, err := s.root.ReadFile(name); err == nil && bytes.Equal(have, part.Bytes) {
		return name, s.sync(dir)
	}
	temporary := path.Join(dir, ".new-"+rand.Text())
	err := s.create(temporary, part.Bytes)
	if err == nil {
		err = s.root.Rename(temporary, name)
	}
	if err != nil {
		return "", errors.Join(err, s.remove(temporary))
	}
	return name, s.sync(dir)
}

// folder makes the folders down to dir and stores their names durably.
func (s stage) folder(dir string) error {
	if info, err := s.root.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := s.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return errors.Join(s.sync("."), s.sync(staged))
}

// create writes a new file durably.
func (s stage) create(name string, content []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = s.write(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (s stage) remove(name string) error {
	if err := s.root.Remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// sync stores the names in a folder durably.
func (s stage) sync(dir string) error {
	f, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
