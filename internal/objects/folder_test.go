package objects_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/objects/objectstest"
)

func folder(t *testing.T, dir string) *objects.Folder {
	t.Helper()
	f, err := objects.MakeFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestFolder(t *testing.T) {
	objectstest.Run(t, func(t *testing.T) func() objects.Store {
		dir := filepath.Join(t.TempDir(), "store")
		return func() objects.Store { return folder(t, dir) }
	})
}

// Links and pipes are told of, followed nowhere out of the folder, and make nobody wait.
func TestStrangers(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	f := folder(t, dir)
	secret := filepath.Join(outside, "secret")
	if err := errors.Join(
		os.WriteFile(secret, []byte("x"), 0o600),
		os.Symlink(secret, filepath.Join(dir, "link")),
		os.Symlink(outside, filepath.Join(dir, "way-out")),
		os.Symlink("nowhere", filepath.Join(dir, "dangling")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600),
		os.WriteFile(filepath.Join(dir, ".x.ABC.partial"), []byte("x"), 0o600),
		os.Mkdir(filepath.Join(dir, "empty"), 0o700),
		f.Create(t.Context(), "plain", nil),
	); err != nil {
		t.Fatal(err)
	}
	for _, flat := range []bool{true, false} {
		var got []string
		for e, err := range f.List(t.Context(), "", flat) {
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case e.Strange:
				e.Name += " is strange"
			case e.Folder:
				e.Name += "/"
			}
			got = append(got, e.Name)
		}
		want := []string{"dangling is strange", "empty/", "link is strange", "pipe is strange", "plain", "way-out is strange"}
		if !flat {
			want = append(want[:1], want[2:]...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("flat %v: -want +got\n%s", flat, diff)
		}
	}
	for _, name := range []string{"link", "way-out/secret", "dangling", "pipe", "pipe/x"} {
		if r, err := f.Open(t.Context(), name); err == nil {
			t.Errorf("%s was opened", name)
			_ = r.Close()
		}
		if _, err := f.Stat(t.Context(), name); err == nil {
			t.Errorf("%s is an object", name)
		}
		if err := f.Create(t.Context(), name, []byte("y")); err == nil {
			t.Errorf("%s was created", name)
		}
	}
	if err := f.Create(t.Context(), "way-out/new", []byte("y")); err == nil {
		t.Error("a name left the folder")
	}
	for _, name := range []string{"way-out", "pipe", "link"} {
		for _, err := range f.List(t.Context(), name, false) {
			if err == nil {
				t.Errorf("something is listed of %s", name)
			}
		}
	}
	if data, err := os.ReadFile(secret); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

// A folder that somebody removed is made again, by a process that knew it.
func TestFolderThatWasRemoved(t *testing.T) {
	dir := t.TempDir()
	f := folder(t, dir)
	for range 2 {
		if err := errors.Join(f.Create(t.Context(), "a/b/c", []byte("x")), os.RemoveAll(filepath.Join(dir, "a"))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRightsOfFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := folder(t, dir).Create(t.Context(), "a/b", nil); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"": 0o700, "a": 0o700, "a/b": 0o600} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", name, i.Mode(), err)
		}
	}
}

// When a folder was changed is known, so that what has not changed need not be read.
func TestTimeOfFolder(t *testing.T) {
	dir := t.TempDir()
	f := folder(t, dir)
	if err := errors.Join(f.Create(t.Context(), "a/b", nil), os.Chtimes(filepath.Join(dir, "a"), time.Time{}, time.Unix(5, 0))); err != nil {
		t.Fatal(err)
	}
	for e, err := range f.List(t.Context(), "", true) {
		info, infoErr := e.Info()
		if err := errors.Join(err, infoErr); err != nil || !e.Folder || !info.At.Equal(time.Unix(5, 0)) || info.Size != 0 {
			t.Errorf("%+v, %+v, %v", e, info, err)
		}
	}
}

func TestFolderIsClosed(t *testing.T) {
	f := folder(t, t.TempDir())
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Create(t.Context(), "a/b", nil); err == nil {
		t.Error("written")
	}
	if _, err := objects.OpenFolder(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "operator") {
		t.Errorf("%v", err)
	}
}

func FuzzCheck(f *testing.F) {
	for _, name := range []string{"a/b", "../a", "a//b", "\xff", "a\x00", ".", strings.Repeat("x/", 500)} {
		f.Add(name)
	}
	dir := f.TempDir()
	store, err := objects.MakeFolder(filepath.Join(dir, "store"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = store.Close() })
	f.Fuzz(func(t *testing.T, name string) {
		if objects.Check(name) != nil {
			return
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) || len(name) > objects.LongestName || filepath.ToSlash(filepath.Clean(name)) != name {
			t.Errorf("%q is a name", name)
		}
		if err := store.Put(t.Context(), name, []byte(name)); err != nil && !strings.Contains(err.Error(), "directory") {
			t.Errorf("%q: %v", name, err)
		}
	})
}
