package main

import (
	"fmt"
	"os/user"
	"strings"
)

// person is who types, for the history. A decision without a reason is none.
func (a *app) person(why string) (string, error) {
	if strings.TrimSpace(why) == "" {
		return "", misused("--why is missing: say in a sentence why, for whoever reads the history")
	}
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("who decides? %w", err)
	}
	return u.Username, nil
}

// A plain error says in other words what the one below says to programs.
type plain struct {
	text string
	error
}

// Error implements error.
func (p plain) Error() string { return p.text }

// Unwrap returns the error below.
func (p plain) Unwrap() error { return p.error }

func plainly(err error, format string, args ...any) error {
	return plain{fmt.Sprintf(format, args...), err}
}
