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
	return start(t, program{"DynamoDB", "dynalite", "dynalite.js"})
}

// SQS is [Dynalite] for an SQS without queues. It has SNS too.
func SQS(t testing.TB) (url string, ok bool) {
	t.Helper()
	return start(t, program{"SQS", "fauxqs", "fauxqs.mjs"})
}

// A program is an emulator.
type program struct {
	of      string // the service
	pkg     string // in node_modules
	program string // that starts it on loopback
}

func start(t testing.TB, p program) (url string, ok bool) {
	t.Helper()
	folder, err := installed(p)
	if err != nil {
		missing(t, p, err)
		return "", false
	}
	server := exec.CommandContext(t.Context(), "node", p.program)
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
		missing(t, p, err)
		return "", false
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = server.Wait()
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) || port == "" {
		t.Fatalf("%s did not start: %q, %v", p.pkg, port, err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port), true
}

// missing fails the test where nothing may be left out, and else says loudly
// what was not tested.
func missing(t testing.TB, p program, err error) {
	t.Helper()
	const says = "NOT TESTED: the %s emulator is not there (install Node.js with npm, then run .ci/emulators/install): %v"
	if os.Getenv("STRICT") == "1" {
		t.Fatalf(says, p.of, err)
	}
	t.Logf(says, p.of, err)
}

// installed is the folder of the emulators, above which the test runs.
func installed(p program) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, ".ci", "emulators")
		if _, err := os.Stat(filepath.Join(folder, p.program)); err == nil {
			_, err := os.Stat(filepath.Join(folder, "node_modules", p.pkg))
			return folder, err
		}
		if dir == filepath.Dir(dir) {
			return "", fs.ErrNotExist
		}
	}
}
