package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"sync"

	"example.com/lodge/internal/objects"
)

// Sum is the SHA-256, in hexadecimal, and the size of a file of the store. It
// reads it piece by piece.
func (s *Store) Sum(ctx context.Context, name string) (sha string, size int64, err error) {
	return hashed(ctx, s.objects, name, make([]byte, piece))
}

// Sums calls each with the SHA-256 and the size that a link's files have now, or
// why one cannot be read, in the order of the link.
func (s *Store) Sums(ctx context.Context, l Link, each func(f File, sha string, size int64, err error)) error {
	if near, ok := s.objects.(nearby); ok {
		return sumsWithin(ctx, near, l, each)
	}
	files := make([]File, len(l.Files))
	errs := make([]error, len(l.Files))
	s.sideBySide(len(files), func(i int) {
		files[i].SHA, files[i].Size, errs[i] = s.Sum(ctx, l.Folder()+"/"+l.Files[i].Name)
	})
	for i, f := range l.Files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		each(f, files[i].SHA, files[i].Size, errs[i])
	}
	return nil
}

// sumsWithin looks the folder up once.
func sumsWithin(ctx context.Context, near nearby, l Link, each func(f File, sha string, size int64, err error)) error {
	folder, err := near.Within(l.Folder())
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
		sha, size, err := hashed(ctx, folder, f.Name, buf)
		each(f, sha, size, err)
	}
	return nil
}

// sideBySide calls do with 0 to n-1, as many at once as the store is read well.
func (s *Store) sideBySide(n int, do func(i int)) {
	if s.atOnce == 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var work sync.WaitGroup
	turn := make(chan struct{}, s.atOnce)
	for i := range n {
		turn <- struct{}{}
		work.Go(func() {
			do(i)
			<-turn
		})
	}
	work.Wait()
}

// piece is how much of a file is read at once, in bytes.
const piece = 64 << 10

func hashed(ctx context.Context, o objects.Store, name string, buf []byte) (sha string, size int64, err error) {
	file, err := o.Open(ctx, name)
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

// Has says whether there is anything of that name in the store.
func (s *Store) Has(ctx context.Context, name string) (bool, error) {
	switch _, err := s.objects.Stat(ctx, name); {
	case err == nil, errors.Is(err, fs.ErrInvalid):
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, err
	}
}
