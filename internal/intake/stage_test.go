package intake

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/lodge/ledes"
)

func newTestStage(t *testing.T) (stage, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return newStage(root), dir
}

// files lists every file below dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func part(content string) ledes.Part {
	return ledes.Part{Bytes: []byte(content), SHA: strings.Repeat("ab", 32)}
}

func TestAFullDiskLeavesNothing(t *testing.T) {
	s, dir := newTestStage(t)
	s.write = func(f *os.File, b []byte) error {
		if _, err := f.Write(b[:1]); err != nil {
			return err
		}
		return syscall.ENOSPC
	}
	if path, err := s.put(part("content")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("put: %q, %v", path, err)
	}
	if list := files(t, dir); len(list) != 0 {
		t.Errorf("left behind: %v", list)
	}
}

func TestPutMendsACopy(t *testing.T) {
	s, dir := newTestStage(t)
	path, err := s.put(part("content"))
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []string{"", "conten", "CONTENT"} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := s.put(part("content"))
		if err != nil || again != path {
			t.Fatalf("put again: %q, %v", again, err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, path)); err != nil || string(got) != "content" {
			t.Errorf("damaged to %q it is %q, %v", damage, got, err)
		}
	}
	if list := files(t, dir); len(list) != 1 {
		t.Errorf("files %v", list)
	}
}

func TestPutStaysInside(t *testing.T) {
	s, dir := newTestStage(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, staged)); err != nil {
		t.Fatal(err)
	}
	if path, err := s.put(part("content")); err == nil {
		t.Errorf("written through a link to %q", path)
	}
	if list := files(t, outside); len(list) != 0 {
		t.Errorf("outside: %v", list)
	}
}
