package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// exit is how the command ends, for scripts.
type exit int

// The exit codes. They are promised in the help of the root command.
const (
	exitDone   exit = 0
	exitFailed exit = 1 // for validate also: a file would never be filed
	exitUsage  exit = 2
	exitPerson exit = 3
)

// errPerson ends a command that did its work and found that somebody must act.
// What and who was printed already.
var errPerson = errors.New("something needs a person")

// errFailed ends a command whose failures were all printed already.
var errFailed = errors.New("failed")

// A usageError is a command line that means nothing.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }

func (e usageError) Unwrap() error { return e.err }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitOf is the code for err.
func exitOf(err error) exit {
	_, usage := errors.AsType[usageError](err)
	switch {
	case err == nil:
		return exitDone
	case usage:
		return exitUsage
	case errors.Is(err, errPerson):
		return exitPerson
	default:
		return exitFailed
	}
}

// advice is what to do about errors that come from anywhere.
type advice struct {
	about error
	say   string
}

func advices() []advice {
	return []advice{
		{syscall.ENOSPC, "the operator makes room on the disk. Nothing is lost: the next run goes on"},
		{fs.ErrPermission, "the operator runs lodge as the user who owns its folders"},
		{context.Canceled, "it was stopped before it was done. Nothing is lost: the next run goes on"},
	}
}

// tell writes err for people: what happened, to what, and what to do.
func (a *app) tell(err error) {
	if err == nil || errors.Is(err, errPerson) || errors.Is(err, errFailed) {
		return
	}
	for i, text := range strings.Split(err.Error(), "\n") {
		if i == 0 {
			text = "lodge: " + text
		}
		_, _ = fmt.Fprintln(a.err, strings.Map(harmless, text))
	}
	for _, known := range advices() {
		if errors.Is(err, known.about) {
			_, _ = fmt.Fprintf(a.err, "  %s\n", known.say)
			return
		}
	}
}

// none, exactly and atLeast check the number of arguments as cobra's own checks
// do, with errors that tell what is missing.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused("%s takes no argument, and %q is one: type %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return misused("%s does not know what to do with %q: type %s --help", cmd.CommandPath(), args[n], cmd.CommandPath())
		}
		return nil
	}
}

func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return misused("%s needs %s: type %s --help", cmd.CommandPath(), names[len(args)], cmd.CommandPath())
		}
		return atMost(len(names))(cmd, args)
	}
}
