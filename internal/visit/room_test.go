package visit_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// roomless is a window whose browser's folder takes no file, as on a full disk.
type roomless struct {
	visit.Window
	at string
}

func (w roomless) Scratch() string { return w.at }

// away is a store that does not answer.
type away struct{ objects.Store }

func (away) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("the bucket is busy")
}

// TestTheStoreIsAway: what is filed cannot be read just now, which is no reason to ask
// a person about an invoice. Once the store answers it is filed by itself.
func TestTheStoreIsAway(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	v := b.Visit(visittest.Moor)
	v.Staged.Store = away{v.Staged.Store}
	_, err := v.Run(t.Context(), t.Context())
	rev := b.Get(id).Current()
	if err == nil || rev.State != submission.Ready || rev.Needs != carriers.Operator || b.Uploads(number) != 0 ||
		!strings.Contains(rev.Why, "could not be read just now, and nothing was sent") || !strings.Contains(rev.Why, "the bucket is busy") {
		t.Errorf("it is %s, needs the %s (%s); the visit ended with %v", rev.State, rev.Needs, rev.Why, err)
	}
	b.Later(6 * time.Minute)
	visited(t, b.Visit(visittest.Moor))
	if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("later it is %s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
}

// TestNoRoomForTheCopy: trouble of this machine's asks the operator to mend the
// machine, and nobody to decide about an invoice. With room it is filed by itself.
func TestNoRoomForTheCopy(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	v := b.Visit(visittest.Moor)
	v.Window = func(ctx context.Context, o visit.Opening) (visit.Window, error) {
		w, err := visit.Chromium(ctx, o)
		return roomless{w, file}, err
	}
	_, err := v.Run(t.Context(), t.Context())
	rev := b.Get(id).Current()
	if err == nil || rev.State != submission.Ready || rev.Needs != carriers.Operator ||
		!strings.Contains(rev.Why, "the copy for the browser could not be written, and nothing was sent") {
		t.Errorf("it is %s, needs the %s (%s); the visit ended with %v", rev.State, rev.Needs, rev.Why, err)
	}
	b.Later(6 * time.Minute)
	visited(t, b.Visit(visittest.Moor))
	if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("with room it is %s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
}
