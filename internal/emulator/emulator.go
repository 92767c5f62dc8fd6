// Package emulator starts what tests run in the place of AWS: other people's
// programs, pinned in .ci/emulators. Nothing but tests imports it.
package emulator

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Dynalite starts an empty DynamoDB on loopback that ends with the test, and
// returns its address. Where Node.js or the emulator is missing it says so and
// returns false: the test ends there, and under STRICT=1 it has failed.
func Dynalite(t testing.TB) (url string, ok bool) {
	t.Helper()
	folder, err := installed()
	if err != nil {
		missing(t, err)
		return "", false
	}
	server := exec.CommandContext(t.Context(), "node", "dynalite.js")
	server.Dir, server.Stderr = folder, os.Stderr
	in, err := server.StdinPipe() // it ends when this is closed, even by our own death
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		missing(t, err)
		return "", false
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = server.Wait()
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) || port == "" {
		t.Fatalf("dynalite did not start: %q, %v", port, err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port), true
}

// missing fails the test where nothing may be left out, and else says loudly
// what was not tested.
func missing(t testing.TB, err error) {
	t.Helper()
	const says = "NOT TESTED: the DynamoDB emulator is not there (install Node.js with npm, then run .ci/emulators/install): %v"
	if os.Getenv("STRICT") == "1" {
		t.Fatalf(says, err)
	}
	t.Logf(says, err)
}

// installed is the folder of the emulators, above which the test runs.
func installed() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, ".ci", "emulators")
		if _, err := os.Stat(filepath.Join(folder, "dynalite.js")); err == nil {
			_, err := os.Stat(filepath.Join(folder, "node_modules", "dynalite"))
			return folder, err
		}
		if dir == filepath.Dir(dir) {
			return "", fs.ErrNotExist
		}
	}
}
