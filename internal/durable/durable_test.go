package durable_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.com/lodge/internal/durable"
)

func open(t *testing.T) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root, dir
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestCreateNeverOverwrites(t *testing.T) {
	root, dir := open(t)
	if err := durable.Create(root, "a", []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := durable.Create(root, "a", []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("second Create: %v, want fs.ErrExist", err)
	}
	if got, _ := root.ReadFile("a"); string(got) != "first" {
		t.Errorf("the file holds %q", got)
	}
	info, err := root.Stat("a")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

func TestCreateHasOneWinner(t *testing.T) {
	root, _ := open(t)
	const rivals = 16
	errs := make([]error, rivals)
	var wg sync.WaitGroup
	for i := range rivals {
		wg.Go(func() { errs[i] = durable.Create(root, "a", bytes.Repeat([]byte{byte('a' + i)}, 10_000)) })
	}
	wg.Wait()
	got, err := root.ReadFile("a")
	if err != nil {
		t.Fatal(err)
	}
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			if !bytes.Equal(got, bytes.Repeat([]byte{byte('a' + i)}, 10_000)) {
				t.Errorf("rival %d was told that it won, and the file is another's", i)
			}
		} else if !errors.Is(err, fs.ErrExist) {
			t.Errorf("rival %d: %v", i, err)
		}
	}
	if won != 1 {
		t.Errorf("%d rivals won", won)
	}
}

func TestReplaceShowsOldOrNew(t *testing.T) {
	root, dir := open(t)
	if err := durable.Replace(root, "a", bytes.Repeat([]byte("0"), 50_000)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50 {
			if err := durable.Replace(root, "a", bytes.Repeat(fmt.Append(nil, i%10), 50_000)); err != nil {
				t.Error(err)
			}
		}
	})
	for range 200 {
		got, err := root.ReadFile("a")
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 50_000 || bytes.Count(got, got[:1]) != 50_000 {
			t.Fatalf("read a mixture of %d bytes", len(got))
		}
	}
	wg.Wait()
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

func TestFolderTakesRightsAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := durable.Folder(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v; want 0700", info.Mode(), err)
	}
}

func TestMkdirAllIsPrivateAndRepeatable(t *testing.T) {
	root, dir := open(t)
	for range 2 {
		if err := durable.MkdirAll(root, "a/b/c"); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{"a", "a/b", "a/b/c"} {
		if info, err := os.Stat(filepath.Join(dir, p)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: mode %v, %v; want 0700", p, info.Mode(), err)
		}
	}
	if err := durable.MkdirAll(root, "../x"); err == nil {
		t.Error("a folder outside the root was made")
	}
}
