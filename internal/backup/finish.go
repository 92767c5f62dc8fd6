package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"example.com/lodge/internal/durable"
)

// replaced are the files of the state folder that a restore replaces, or puts
// aside where the backup has none. The marker comes first: should anybody come
// in between, the ledger counts as restored.
func replacedFiles() []string {
	ledger := path.Base(ledgerName)
	return []string{markerName, ledger + "-wal", ledger + "-shm", ledger, intakeIndex()}
}

// finish does what the plan says. Each step finds out whether it was done, so
// that finish may be broken off and begun again.
func (r Restoring) finish(w work, p plan) error {
	err := r.place(w, p)
	if err != nil {
		return fmt.Errorf("the restore was broken off in the middle: when what is wrong is mended, type lodge restore --finish: %w", err)
	}
	if err := os.Remove(filepath.Join(w.dir(), planName)); err != nil {
		return fmt.Errorf("all is restored; %s cannot be removed: %w: type lodge restore --finish", w.dir(), err)
	}
	r.step("done")
	return w.clear()
}

func (r Restoring) place(w work, p plan) error {
	if err := os.MkdirAll(p.Aside, 0o700); err != nil {
		return err
	}
	if !p.Gap.IsZero() {
		if err := writeGap(w.state, p.Gap); err != nil {
			return err
		}
	}
	for _, name := range []string{stagedDir, evidenceDir, adoptedName} {
		m := merging{hashed: name == stagedDir, aside: p.Aside}
		if err := m.merge(w.file(name), filepath.Join(w.state, path.Base(name))); err != nil {
			return err
		}
		r.step("merged " + name)
	}
	if p.Secrets {
		if err := r.secrets(w); err != nil {
			return err
		}
	}
	for _, name := range replacedFiles() {
		if err := r.replace(w, p, name); err != nil {
			return err
		}
	}
	unix.Sync()
	return nil
}

// replace puts a file aside and the new one, if the plan has one, in its place.
// A new one that is gone from where it was prepared is in its place already.
func (r Restoring) replace(w work, p plan, name string) error {
	from, to := w.file(path.Join(stateDir, name)), filepath.Join(w.state, name)
	has := slices.Contains(p.Files, name)
	if _, err := os.Lstat(from); has && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.Rename(to, filepath.Join(p.Aside, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.step("aside " + name)
	if has {
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	r.step("placed " + name)
	return nil
}

// secrets puts the secrets where none are.
func (r Restoring) secrets(w work) error {
	content, err := os.ReadFile(w.file(secretsName))
	if err != nil {
		return err
	}
	folder := filepath.Dir(r.Config.Secrets.File)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	err = durable.Create(root, filepath.Base(r.Config.Secrets.File), content)
	if errors.Is(err, fs.ErrExist) {
		return nil // done before it was broken off
	}
	return err
}

// A merging adds what is missing and leaves what is there: it is what was there
// when the backup was made, or newer.
type merging struct {
	hashed bool   // files are named by their hashes: one that is damaged is put aside
	aside  string // folder for those
}

// merge moves from to to, or into it. Whole folders go at once.
func (m merging) merge(from, to string) error {
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	there, err := os.Lstat(to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.Rename(from, to)
	case err != nil:
		return err
	case !info.IsDir():
		return m.file(from, to)
	case !there.IsDir():
		return fmt.Errorf("%s is no folder: the operator looks at it", to)
	}
	entries, err := os.ReadDir(from)
	for _, e := range entries {
		if err == nil {
			err = m.merge(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
	}
	return err
}

func (m merging) file(from, to string) error {
	if !m.hashed {
		return nil
	}
	was, err := sumOf(to)
	if err == nil && was+filepath.Ext(to) == filepath.Base(to) {
		return nil
	}
	if err := os.Rename(to, filepath.Join(m.aside, "damaged-"+filepath.Base(to))); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
