package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"filippo.io/age"
)

// Verify reads all of a backup and checks every hash in it. It writes nothing.
func Verify(ctx context.Context, file string, keys []age.Identity) (Manifest, error) {
	return readFile(ctx, file, keys, nil)
}

// Settings returns the lodge.yaml of a backup that was verified.
func Settings(ctx context.Context, file string, keys []age.Identity) ([]byte, error) {
	var settings []byte
	_, err := readFile(ctx, file, keys, func(name string, content io.Reader) error {
		if name != settingsName {
			return nil
		}
		var err error
		settings, err = io.ReadAll(io.LimitReader(content, largest))
		return err
	})
	if err == nil && settings == nil {
		err = fmt.Errorf("%s holds no lodge.yaml: the operator writes one", file)
	}
	return settings, err
}

// take is called with each entry before its hash is known to be right: what it
// does counts only if the reading succeeds.
type take func(name string, content io.Reader) error

func readFile(ctx context.Context, file string, keys []age.Identity, f take) (Manifest, error) {
	in, err := os.Open(file)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	defer in.Close()
	m, err := read(ctx, in, keys, f)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup %s: %w", file, err)
	}
	return m, nil
}

func read(ctx context.Context, r io.Reader, keys []age.Identity, f take) (Manifest, error) {
	plain, err := unseal(r, keys)
	if err != nil {
		return Manifest{}, err
	}
	x := reading{tar: tar.NewReader(plain), digest: sha256.New(), take: f}
	m, err := x.all(ctx)
	if err == nil {
		_, err = io.Copy(io.Discard, plain) // what ends the encryption and the compression is checked too
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("it is cut short: the operator takes another copy: %w", err)
	}
	return m, err
}

// A reading is an archive that is being read.
type reading struct {
	tar    *tar.Reader
	digest hash.Hash
	files  int
	bytes  int64
	take   take
}

// all reads every entry up to the manifest, which is the last.
func (x *reading) all(ctx context.Context) (Manifest, error) {
	for ctx.Err() == nil {
		h, err := x.tar.Next()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // no manifest yet
		}
		if err != nil {
			return Manifest{}, fmt.Errorf("after %d files: %w", x.files, err)
		}
		if h.Name == manifestName {
			return x.end(h)
		}
		if err := x.entry(h); err != nil {
			return Manifest{}, fmt.Errorf("%q: %w", h.Name, err)
		}
	}
	return Manifest{}, ctx.Err()
}

func (x *reading) entry(h *tar.Header) error {
	switch {
	case h.Typeflag != tar.TypeReg:
		return errors.New("it is not a file: no backup of Lodge's has links, folders or devices; somebody else made it")
	case !known(h.Name):
		return errors.New("no backup of Lodge's has a file of that name; somebody else made it")
	}
	if err := x.content(h, x.take); err != nil {
		return err
	}
	x.files++
	x.bytes += h.Size
	_, err := io.WriteString(x.digest, line(h.PAXRecords[hashKey], h.Size, h.Name))
	return err
}

// content hands an entry to f and then checks all of it.
func (x *reading) content(h *tar.Header, f take) error {
	sum := sha256.New()
	all := io.TeeReader(x.tar, sum)
	if f != nil {
		if err := f(h.Name, all); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, all); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != h.PAXRecords[hashKey] {
		return errors.New("it is not what was backed up: the operator takes another copy of the backup")
	}
	return nil
}

// end reads the manifest and holds it against what came before.
func (x *reading) end(h *tar.Header) (m Manifest, err error) {
	err = x.content(h, func(_ string, r io.Reader) (err error) {
		m, err = readManifest(r)
		return err
	})
	switch {
	case err != nil:
		return m, err
	case m.Files != x.files || m.Bytes != x.bytes || m.Digest != hex.EncodeToString(x.digest.Sum(nil)):
		return m, fmt.Errorf("it holds %d files, and its manifest tells of %d others: somebody changed it", x.files, m.Files)
	}
	if _, err := x.tar.Next(); !errors.Is(err, io.EOF) {
		return m, errors.New("something follows its manifest: somebody changed it")
	}
	return m, nil
}
