package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/clock"
)

// An app is the command with everything around it that a test replaces.
type app struct {
	name     string // how the command was typed, for texts that say what to type
	in       io.Reader
	out      io.Writer // results
	err      io.Writer // progress, warnings and errors
	environ  []string
	clock    clock.Clock
	zone     *time.Location // in which times are shown
	carriers []carriers.Carrier

	columns    int // of the terminal that out is; 0: it is none
	errColumns int // the same of err, where progress moves if it is one

	// secret asks for a value without showing what is typed. It is nil if in
	// is no terminal: then the value is read from in.
	secret func(question string) (string, error)
	// stops tells of signals that ask the program to stop, until done is called.
	stops func() (signals <-chan os.Signal, done func())

	config string // --config
}

// system is the app of this process.
func system() *app {
	a := &app{
		name: typedAs(os.Args[0]), in: os.Stdin, out: os.Stdout, err: os.Stderr,
		environ:  os.Environ(),
		clock:    clock.System{},
		zone:     time.Local,
		carriers: all.Carriers(),
		stops:    stopSignals,

		columns: columns(os.Stdout), errColumns: columns(os.Stderr),
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		a.secret = a.typed
	}
	return a
}

// run runs the command named by args and tells errors on err.
func (a *app) run(ctx context.Context, args []string) exit {
	to := a.err
	a.err = &oneAtATime{to: to}
	defer func() { a.err = to }()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	a.tell(err)
	return exitOf(err)
}

// oneAtATime is a writer for several goroutines: what is told of filing, of
// signals and of who could not be told.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements [io.Writer].
func (o *oneAtATime) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(b)
}

// typedAs is how somebody types the program that was started as arg. What the
// Go tool built to run it once is gone afterwards.
func typedAs(arg string) string {
	switch {
	case strings.Contains(arg, "go-build"):
		return "go run ./cmd/lodge"
	case strings.ContainsRune(arg, os.PathSeparator):
		return quoted(arg)
	}
	return "lodge"
}

// columns is the width of the terminal that f is, or 0.
func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || os.Getenv("TERM") == "dumb" {
		return 0
	}
	return width
}

// stopSignals are Ctrl-C and what service managers send.
func stopSignals() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 2) // the second one must not get lost either
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c, func() { signal.Stop(c) }
}
