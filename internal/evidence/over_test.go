package evidence_test

import (
	"errors"
	"os"
	"testing"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/secret"
)

// Everything that is kept goes through the given way to write: pages and links.
func TestOpenOver(t *testing.T) {
	full := errors.New("full")
	s, err := evidence.OpenOver(t.TempDir(), func(*os.Root, string, []byte) error { return full })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scrub, err := secret.NewScrubber()
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Attempt("a", "s", "t", scrub)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Put(t.Context(), "page.html", []byte("x")); !errors.Is(err, full) {
		t.Errorf("a full disk took a page: %v", err)
	}
}
