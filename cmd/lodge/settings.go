package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/backup"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// settings reads lodge.yaml.
func (a *app) settings() (config.Config, error) {
	path, err := config.Find(a.config, a.variable)
	if err != nil {
		return config.Config{}, err
	}
	return config.Read(path, a.carriers, a.variable)
}

// variable looks up a variable of the environment; the last one of a name counts.
func (a *app) variable(name string) (string, bool) {
	for _, v := range slices.Backward(a.environ) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// ledger opens the ledger: the one in AWS, or this machine's, around which it makes
// the folders that are missing.
func (a *app) ledger(ctx context.Context, c config.Config) (*ledger.Ledger, error) {
	if c.AWS != nil {
		d, err := a.deployment(ctx, c)
		if err != nil {
			return nil, err
		}
		return d.Ledger, nil
	}
	if err := c.MakeFolders(); err != nil {
		return nil, err
	}
	use, err := backup.Use(c.State)
	if err != nil {
		return nil, err
	}
	engine, err := sqlite.Open(ctx, c.Ledger())
	if err != nil {
		return nil, errors.Join(err, use.Close())
	}
	return ledger.New(occupied{engine, use}, a.clock, holder.Dir(c.Owners()), submission.Limits{}), nil
}

// reading runs f with the settings and the ledger, for commands that only read.
func (a *app) reading(ctx context.Context, f func(config.Config, *ledger.Ledger) error) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	l, err := a.ledger(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	return f(c, l)
}

// secrets are where secrets are kept: Secrets Manager, or the environment first and
// then the file.
func (a *app) secrets(c config.Config) secret.Store {
	if c.AWS != nil {
		store, err := cloud.OpenSecrets(context.Background(), c, a.clock)
		if err != nil {
			return unreachable{err}
		}
		return store
	}
	return secret.Layers{
		secret.NewEnv(a.environ, append(c.Names(), config.NotifyAccount, config.OutboxAccount), c.SecretVersions()),
		secret.NewFile(c.Secrets.File, c.Secrets.Identity),
	}
}

// carrier is the carrier of that name.
func (a *app) carrier(name string) (carriers.Carrier, error) {
	c, ok := carriers.Named(a.carriers, name)
	if !ok {
		return c, misused("there is no carrier %q: lodge carriers lists them", name)
	}
	return c, nil
}

// known checks that lodge.yaml has every account that was named.
func known(c config.Config, accounts []string) error {
	for _, name := range accounts {
		if _, err := c.Account(name); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// with is how a command is typed so that it reads the same settings.
func (a *app) with(command string) string {
	if a.config == "" {
		return a.name + " " + command
	}
	return fmt.Sprintf("%s --config %s %s", a.name, quoted(a.config), command)
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
