package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"example.com/lodge/internal/durable"
)

// workName is the folder below the state folder in which a restore is prepared.
// Without a plan in it nothing of the state has been touched yet; with one, the
// restore is to be finished.
const (
	workName = "restoring"
	planName = "plan.json"
	newName  = "new"
)

// A plan is what a restore has decided to do. It is durable before anything moves.
type plan struct {
	Format  int      `json:"format"`
	Aside   string   `json:"aside"`   // folder for what was there before
	Files   []string `json:"files"`   // of the state folder that are replaced; others are put aside only
	Secrets bool     `json:"secrets"` // put the secrets in place

	Gap time.Time `json:"gap,omitzero"` // up to when evidence is lost
}

// work is the preparation of a restore, below a state folder.
type work struct{ state string }

func (w work) dir() string    { return filepath.Join(w.state, workName) }
func (w work) newDir() string { return filepath.Join(w.dir(), newName) }

// file is where an entry of the archive is staged.
func (w work) file(name string) string { return filepath.Join(w.newDir(), filepath.FromSlash(name)) }

func (w work) staged(name string) bool {
	_, err := os.Lstat(w.file(name))
	return err == nil
}

// aside is a folder for what was there before, which is not there yet.
func (w work) aside(now time.Time) string {
	return filepath.Join(w.state, "before-restore-"+now.UTC().Format("2006-01-02T15-04-05.000"))
}

func (w work) planned() bool {
	_, err := os.Lstat(filepath.Join(w.dir(), planName))
	return !errors.Is(err, fs.ErrNotExist)
}

// clear removes what was prepared and not planned.
func (w work) clear() error {
	if w.planned() {
		return nil
	}
	return os.RemoveAll(w.dir())
}

// stage unpacks an archive: all of it, or the ledger alone.
func (w work) stage(ctx context.Context, file string, keys []age.Identity, ledgerOnly bool) (Manifest, error) {
	if err := os.MkdirAll(w.file(stateDir), 0o700); err != nil {
		return Manifest{}, err
	}
	root, err := os.OpenRoot(w.newDir())
	if err != nil {
		return Manifest{}, err
	}
	defer root.Close()
	m, err := readFile(ctx, file, keys, func(name string, content io.Reader) error {
		if ledgerOnly && name != ledgerName {
			return nil
		}
		return unpack(root, name, content)
	})
	if err == nil {
		unix.Sync() // all of it at once; what is read by name is written durably by itself
	}
	return m, err
}

func unpack(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// commit writes the plan: from now on the restore is finished, not given up.
func (w work) commit(p plan) error {
	content, err := json.Marshal(p)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.dir())
	if err != nil {
		return err
	}
	defer root.Close()
	unix.Sync()
	return durable.Create(root, planName, content)
}

func (w work) plan() (p plan, err error) {
	content, err := os.ReadFile(filepath.Join(w.dir(), planName))
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(content)).Decode(&p)
	}
	if err == nil && (p.Format != format || p.Aside == "") {
		err = fmt.Errorf("this program does not know its format, %d", p.Format)
	}
	if err != nil {
		return p, fmt.Errorf("what is left of a restore in %s cannot be read: %w: the operator looks at it", w.dir(), err)
	}
	return p, nil
}
