package main

import (
	"context"
	"fmt"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/secret"
)

// deployment opens the Lodge in AWS that the settings describe.
func (a *app) deployment(ctx context.Context, c config.Config) (*cloud.Deployment, error) {
	return cloud.Open(ctx, c, a.clock)
}

// here says why a command that works on this machine's own folders cannot work on a
// Lodge in AWS: what it is for is done there by others.
func here(c config.Config, instead string) error {
	if c.AWS == nil {
		return nil
	}
	return fmt.Errorf("%s is of the Lodge in AWS, %s: %s", c.Path, c.AWS.Name(), instead)
}

// What is done in AWS in the place of commands.
const (
	filedThere     = "its own tasks file, and this machine looks and files nothing; lodge submit puts a file into its inbox"
	prunedThere    = "its own tasks remove old evidence, once a day; --dry-run counts what they will"
	recoveredThere = "its table has point-in-time recovery and its bucket versions: docs/running-on-aws.md tells how to go back"
)

// An unreachable store of secrets says why with each call.
type unreachable struct{ err error }

func (u unreachable) Get(context.Context, string, string) (secret.Value, error) {
	return secret.Value{}, u.err
}
func (u unreachable) Set(context.Context, string, string, secret.Value) error { return u.err }
func (u unreachable) List(context.Context) ([]secret.Entry, error)            { return nil, u.err }
func (u unreachable) Version(context.Context, string) (string, error)         { return "", u.err }
