package backup

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"filippo.io/age"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger/sqlite"
)

// A Writing says what is to be backed up, and how.
type Writing struct {
	Config     config.Config
	Evidence   bool // all of it; else only up to where it goes is noted
	Recipients []age.Recipient
	Keys       []age.Identity // that open it again, to verify it
	Version    string         // of this program
	Now        func() time.Time
}

// Write writes a backup into a new file, mode 0600, and reads it again before it
// gets its name. Programs that file may go on meanwhile: the ledger is copied as
// of one moment, and what it names was stored before. Memory does not grow with
// what is written; beside the file there is room needed for a copy of the ledger.
func (w Writing) Write(ctx context.Context, file string) (Manifest, error) {
	m, err := w.write(ctx, file)
	if err != nil {
		return Manifest{}, fmt.Errorf("back up to %s: nothing was written: %w", file, err)
	}
	return m, nil
}

func (w Writing) write(ctx context.Context, file string) (m Manifest, err error) {
	folder, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return m, err
	}
	defer folder.Close()
	if _, err := folder.Lstat(filepath.Base(file)); !errors.Is(err, fs.ErrNotExist) {
		return m, cmp.Or(err, fs.ErrExist)
	}
	scratch, err := os.MkdirTemp(folder.Name(), ".backup-")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()

	// What intake remembers comes first: of a newer memory than the ledger, files
	// would stay hidden. The copies that are filed come after: the ledger names them.
	index, err := os.ReadFile(filepath.Join(w.Config.State, intakeIndex()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	m = Manifest{Format: format, Lodge: w.Version, MadeAt: w.Now().UTC(), Evidence: w.Evidence}
	m.Host, _ = os.Hostname() // for people only
	ledger := filepath.Join(scratch, "ledger.db")
	if m.Ledger, err = w.snapshot(ctx, ledger); err != nil {
		return m, err
	}
	if m.Heads, err = heads(ctx, w.Config); err != nil {
		return m, err
	}
	var failed error
	err = durable.Stream(folder, filepath.Base(file), func(f *os.File) error {
		if failed = w.fill(ctx, f, &m, index, ledger); failed == nil {
			failed = w.verify(ctx, f, m)
		}
		return failed
	})
	return m, cmp.Or(failed, err) // what failed has words of its own
}

// verify reads what was written.
func (w Writing) verify(ctx context.Context, f *os.File, m Manifest) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	got, err := read(ctx, f, w.Keys, nil)
	if err == nil && got.Digest != m.Digest {
		err = errors.New("it holds something else than was written")
	}
	if err != nil {
		return fmt.Errorf("what was written cannot be read: the operator looks at that disk: %w", err)
	}
	return nil
}

func intakeIndex() string { return path.Base(indexName) }

// snapshot copies the ledger and counts what the copy has.
func (w Writing) snapshot(ctx context.Context, copied string) ([]Count, error) {
	e, err := sqlite.Open(ctx, w.Config.Ledger())
	if err != nil {
		return nil, err
	}
	if err := errors.Join(e.Snapshot(ctx, copied), e.Close()); err != nil {
		return nil, err
	}
	return counts(ctx, copied)
}

// counts opens a ledger, which brings one of an older program up to date.
func counts(ctx context.Context, file string) ([]Count, error) {
	e, err := sqlite.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	list, err := e.Counts(ctx)
	counted := make([]Count, 0, len(list))
	for _, c := range list {
		counted = append(counted, Count{c.Account, c.State, c.N})
	}
	return counted, errors.Join(err, e.Close())
}

// heads are how far the evidence goes, by account.
func heads(ctx context.Context, c config.Config) ([]Head, error) {
	store, err := evidence.Open(c.Evidence())
	if err != nil {
		return nil, err
	}
	defer store.Close()
	list := []Head{}
	for _, account := range c.Names() {
		latest, err := store.Latest(ctx, account, 1, time.Time{})
		if err != nil {
			return nil, err
		}
		for _, in := range latest {
			list = append(list, Head{account, in.Attempt})
		}
	}
	return list, nil
}

// fill writes the archive.
func (w Writing) fill(ctx context.Context, to io.Writer, m *Manifest, index []byte, ledger string) error {
	sealed, err := seal(to, w.Recipients)
	if err != nil {
		return err
	}
	a := &archiving{tar: tar.NewWriter(sealed), digest: sha256.New(), at: m.MadeAt, manifest: m}
	err = a.files(ctx, w, index, ledger)
	if err == nil {
		err = a.end()
	}
	return errors.Join(err, a.tar.Close(), sealed.Close())
}
