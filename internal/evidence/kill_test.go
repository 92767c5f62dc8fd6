package evidence_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/secret"
)

// asChild says, in the environment of a test binary, what to be instead.
const asChild = "LODGE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(asChild) {
	case "writer":
		beWriter()
	case "full disk":
		beOnFullDisk()
	case "sealer":
		beSealer()
	default:
		os.Exit(m.Run())
	}
}

func child(t *testing.T, as, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(os.Environ(), asChild+"="+as)
	cmd.Stderr = os.Stderr
	return cmd
}

func childFolder() *evidence.Folder {
	store, err := evidence.Open(os.Args[1])
	if err == nil {
		var f *evidence.Folder
		if f, err = store.Attempt("a", "s", fmt.Sprint(os.Getpid()), new(secret.Scrubber)); err == nil {
			return f
		}
	}
	fmt.Println(err)
	os.Exit(1)
	return nil
}

const killedSize = 2 << 20

// beWriter writes for ever: each file is one letter, many times.
func beWriter() {
	f := childFolder()
	for i := 0; ; i++ {
		fmt.Println("write", i)
		if _, err := f.Put(context.Background(), fmt.Sprint(i), bytes.Repeat([]byte{byte('a' + i%26)}, killedSize)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("wrote", i)
	}
}

func TestKilledInTheMiddle(t *testing.T) {
	_, dir := open(t)
	promised := 0
	for run := range 12 {
		cmd := child(t, "writer", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if strings.HasPrefix(lines.Text(), "wrote") {
				promised++
			}
			if n == run { // at a "write" in even runs: it is at work on the next file
				_ = cmd.Process.Kill()
				break
			}
		}
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "wrote") {
				promised++
			}
		}
		_ = cmd.Wait()
	}
	whole, partial := 0, 0
	for name, data := range tree(t, dir) {
		if strings.HasSuffix(name, durable.Partial) {
			partial++
			continue
		}
		whole++
		if len(data) != killedSize || strings.Count(data, data[:1]) != killedSize {
			t.Errorf("%s has %d bytes, or a mixture", name, len(data))
		}
	}
	t.Logf("%d files promised, %d whole, %d left partial", promised, whole, partial)
	if whole < promised || promised == 0 {
		t.Errorf("%d files were promised, %d are there", promised, whole)
	}
}

// beOnFullDisk writes with room for 64 KB in any file: the kernel then ends a
// write in the middle, as on a full disk.
func beOnFullDisk() {
	f := childFolder()
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, err := f.Put(context.Background(), "page.txt", make([]byte, 1<<20))
	fmt.Println(err)
	if _, err := f.Put(context.Background(), "small.txt", []byte("fits")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestDiskFullInTheMiddle(t *testing.T) {
	_, dir := open(t)
	cmd := child(t, "full disk", dir)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, says := range []string{"page.txt", dir, "could not be written", "the operator makes room on that disk"} {
		if !strings.Contains(string(out), says) {
			t.Errorf("the error does not say %q: %s", says, out)
		}
	}
	for name, data := range tree(t, dir) {
		if !strings.HasSuffix(name, "small.txt") || data != "fits" {
			t.Errorf("%s is there with %d bytes", name, len(data))
		}
	}
}
