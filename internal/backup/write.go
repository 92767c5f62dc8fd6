package backup

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
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
		latest, err := store.Latest(ctx, account, 1)
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

// An archiving is an archive that is being written.
type archiving struct {
	tar      *tar.Writer
	digest   hash.Hash
	at       time.Time
	manifest *Manifest
}

func (a *archiving) files(ctx context.Context, w Writing, index []byte, ledger string) error {
	for _, f := range []struct{ name, path string }{{settingsName, w.Config.Path}, {secretsName, w.Config.Secrets.File}} {
		if err := a.file(f.name, f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := a.file(ledgerName, ledger); err != nil {
		return err
	}
	if index != nil {
		if err := a.bytes(indexName, index); err != nil {
			return err
		}
	}
	adopted, err := os.ReadFile(filepath.Join(w.Config.State, path.Base(adoptedName))) // it may grow meanwhile
	if err == nil {
		err = a.bytes(adoptedName, adopted)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := a.tree(ctx, stagedDir, w.Config.Staged()); err != nil || !w.Evidence {
		return err
	}
	return a.tree(ctx, evidenceDir, w.Config.Evidence())
}

// tree adds the files below a folder. Those that are being written have hidden,
// or unfinished, names: whoever writes them is not yet done.
func (a *archiving) tree(ctx context.Context, name, folder string) error {
	return filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		unfinished := err == nil && (strings.HasPrefix(d.Name(), ".new-") || strings.HasSuffix(d.Name(), durable.Partial))
		if err != nil || d.IsDir() || unfinished {
			return err
		}
		below, err := filepath.Rel(folder, p)
		if err != nil {
			return err
		}
		return a.file(path.Join(name, filepath.ToSlash(below)), p)
	})
}

// file adds a file. It is read twice: its hash comes before it.
func (a *archiving) file(name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return cmp.Or(err, fmt.Errorf("%s is not a file: the operator looks at it", from))
	}
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	h.Reset()
	if err := a.entry(name, sum, size, io.TeeReader(io.LimitReader(f, size), h)); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return fmt.Errorf("%s was changed while it was read: back up again", from)
	}
	return nil
}

func (a *archiving) bytes(name string, content []byte) error {
	sum := sha256.Sum256(content)
	return a.entry(name, hex.EncodeToString(sum[:]), int64(len(content)), bytes.NewReader(content))
}

func (a *archiving) entry(name, sum string, size int64, content io.Reader) error {
	if err := a.put(name, sum, size, content); err != nil {
		return err
	}
	a.manifest.Files++
	a.manifest.Bytes += size
	_, err := io.WriteString(a.digest, line(sum, size, name))
	return err
}

func (a *archiving) put(name, sum string, size int64, content io.Reader) error {
	err := a.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: a.at, Format: tar.FormatPAX,
		PAXRecords: map[string]string{hashKey: sum},
	})
	if err == nil {
		_, err = io.Copy(a.tar, content)
	}
	return err
}

// end writes the manifest.
func (a *archiving) end() error {
	a.manifest.Digest = hex.EncodeToString(a.digest.Sum(nil))
	content, err := json.MarshalIndent(a.manifest, "", "  ")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	return a.put(manifestName, hex.EncodeToString(sum[:]), int64(len(content)), bytes.NewReader(content))
}
