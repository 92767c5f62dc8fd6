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

	"example.com/lodge/internal/durable"
)

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
