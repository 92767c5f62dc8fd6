package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// Sum is the SHA-256, in hexadecimal, and the size of a file of the store. It
// reads it piece by piece.
func (s *Store) Sum(ctx context.Context, name string) (sha string, size int64, err error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	return hashed(s.root, name, make([]byte, piece))
}

// Sums calls each with the SHA-256 and the size that a link's files have now, or
// why one cannot be read. It looks the folder up once.
func (s *Store) Sums(ctx context.Context, l Link, each func(f File, sha string, size int64, err error)) error {
	folder, err := s.root.OpenRoot(l.Folder())
	if err == nil {
		defer func() { _ = folder.Close() }()
	}
	buf := make([]byte, piece)
	for _, f := range l.Files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			each(f, "", 0, err)
			continue
		}
		sha, size, err := hashed(folder, f.Name, buf)
		each(f, sha, size, err)
	}
	return nil
}

// piece is how much of a file is read at once, in bytes.
const piece = 64 << 10

func hashed(root *os.Root, name string, buf []byte) (sha string, size int64, err error) {
	file, err := root.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	if size, err = io.CopyBuffer(h, struct{ io.Reader }{file}, buf); err != nil { // the file alone would bring a buffer of its own
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// Has says whether the store holds a file of that name.
func (s *Store) Has(name string) bool {
	_, err := s.root.Lstat(name)
	return err == nil
}
