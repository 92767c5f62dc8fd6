// Package config reads lodge.yaml, once, and says everything that is wrong with
// it in one go. Nothing else in Lodge reads settings; of the environment,
// [Read] knows the variables in its documentation and no others.
//
// The zero value of every setting is the careful choice.
package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"example.com/lodge/internal/durable"
)

// A Config is what lodge.yaml says. Paths are absolute.
type Config struct {
	Path      string // of lodge.yaml
	Inbox     string // folder in which files arrive
	State     string // folder that belongs to Lodge alone
	Secrets   Secrets
	Watermark time.Time // files older than this are listed and never filed until somebody adopts them
	Browser   Browser
	Visits    int           // size of the pool: visits at the same time, over all accounts; after Read at least 1
	Grace     time.Duration // to end in when told to
	Stage     string        // [Production], or the name of another; "" is another
	Keep      Keep          // how long evidence is kept; zero: for ever
	Accounts  []Account     // by name
	Notify    []Channel     // how people are told what needs them, by name
	Outbox    []Destination // where what becomes of invoices is sent, by name
	Sentry    string        // DSN that faults are sent to; "": nowhere. It holds a key: do not print it
	Telemetry string        // OTLP/HTTP collector that traces and metrics go to; "": nowhere
	AWS       *AWS          // where it is deployed; nil: on this machine. Inbox and Secrets are then not used, Notify is empty
}

// Secrets says where the secret store lies.
type Secrets struct {
	File     string // encrypted with age
	Identity string // the key that opens it
}

// Browser says how Chromium is started.
type Browser struct {
	Path             string // the binary; "" looks for one
	AllowUnsandboxed bool   // start even where Chromium's sandbox is not available
}

// Production is the only stage that may commit to any portal.
const Production = "production"

// The default and the bounds of the time that Lodge takes to end when it is
// told to. Fargate allows 120 s at most (ECS, stopTimeout).
const (
	DefaultGrace = 90 * time.Second
	maxGrace     = time.Hour
)

const (
	maxVisits        = 64
	maxAccountVisits = 16
)

// Account returns the account of that name. The error lists those there are.
func (c Config) Account(name string) (Account, error) {
	i := slices.IndexFunc(c.Accounts, func(a Account) bool { return a.Name == name })
	if i < 0 {
		return Account{}, fmt.Errorf("%s has no account %q%s", c.Path, name, oneOf(c.Names(), name))
	}
	return c.Accounts[i], nil
}

// Names are the names of all accounts, in order.
func (c Config) Names() []string {
	var names []string
	for _, a := range c.Accounts {
		names = append(names, a.Name)
	}
	return names
}

// Ledger is the SQLite file of the ledger.
func (c Config) Ledger() string { return filepath.Join(c.State, "ledger.db") }

// Staged is the folder of the copies that are filed.
func (c Config) Staged() string { return filepath.Join(c.State, "staged") }

// Evidence is the folder of the evidence store.
func (c Config) Evidence() string { return filepath.Join(c.State, "evidence") }

// Profiles is the folder of the browsers' profiles.
func (c Config) Profiles() string { return filepath.Join(c.State, "profiles") }

// Owners is the folder in which holders of leases show that they live.
func (c Config) Owners() string { return filepath.Join(c.State, "owners") }

// SecretVersions is the file that keyed versions of secrets from the
// environment rest on. It lies with the key of the secrets, so that a copy of
// the state folder does not hold it.
func (c Config) SecretVersions() string {
	return filepath.Join(filepath.Dir(c.Secrets.Identity), "secret-versions.key")
}

// Told is the file that remembers what people were told.
func (c Config) Told() string { return filepath.Join(c.State, "told.json") }

// Status is the folder of the status files.
func (c Config) Status() string { return filepath.Join(c.State, "status") }

// MakeScratch makes what a program in AWS needs of the state folder: room for the
// profiles of browsers.
func (c Config) MakeScratch() error {
	return errors.Join(durable.Folder(c.State), durable.Folder(c.Profiles()))
}

// MakeFolders makes the folders that are not there, for Lodge's user alone, and
// takes the rights of others on the state folder away. An inbox that is there
// stays as it is: others put files into it.
func (c Config) MakeFolders() error {
	var errs []error
	for _, dir := range []string{c.State, c.Staged(), c.Evidence(), c.Profiles(), c.Owners()} {
		errs = append(errs, durable.Folder(dir))
	}
	return errors.Join(append(errs, makeInbox(c.Inbox))...)
}
