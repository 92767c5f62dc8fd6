package evidence_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asOrdinaryUser takes root's right to write anywhere from this thread, which
// ends with the goroutine.
func asOrdinaryUser(t *testing.T, do func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var data [2]unix.CapUserData
		err := unix.Capset(&header, &data[0])
		if err == nil {
			do()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestFolderThatMayNotBeWritten(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "a", "s", "1")
	if _, err := f.Put(t.Context(), "first.txt", []byte("x")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "a", "s", "1")
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
	asOrdinaryUser(t, func() {
		_, err := f.Put(t.Context(), "second.txt", []byte("x"))
		if err == nil {
			t.Error("written")
			return
		}
		for _, says := range []string{"second.txt", "permission denied", "the operator lets Lodge's user write there"} {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("the error does not say %q: %v", says, err)
			}
		}
	})
}
