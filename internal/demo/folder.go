package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
)

// Account is the account of the demonstration, and First its first invoice.
const (
	Account = "moor-harbor"
	First   = "MQ-10401"
)

// Settings reads the lodge.yaml at path, and writes it anew where it is missing
// or the portal has another address or key. The watermark stays as it was.
func Settings(path string, p *portal.Server, now time.Time, known []carriers.Carrier, env config.Environment) (config.Config, error) {
	c, err := config.Read(path, known, env)
	if err == nil && len(c.Accounts) == 1 && c.Accounts[0].Portal == p.URL() && c.Accounts[0].Pin == p.Pin() {
		return c, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config.Config{}, err
	}
	fresh := config.Default(now)
	if err == nil {
		fresh.Watermark = c.Watermark
	}
	fresh.Stage = "demo"
	fresh.Browser.AllowUnsandboxed = true // the only portal is the simulated one
	fresh.Accounts = []config.Account{{Name: Account, Carrier: "harbor", Portal: p.URL(), Pin: p.Pin()}}
	var text bytes.Buffer
	if err := config.Write(&text, fresh); err != nil {
		return config.Config{}, err
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return config.Config{}, fmt.Errorf("demo: %w", err)
	}
	return config.Read(path, known, env)
}

// Secrets keeps the login of the portal's first user.
func Secrets(ctx context.Context, store secret.Store) error {
	user := harbor.Users()[0]
	for key, value := range map[string]string{"username": user.Name, "password": user.Password} {
		if err := store.Set(ctx, Account, key, secret.NewValue(value)); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// Fill puts the files into the inbox, all or none, and has one of the invoices
// filed by hand before. An inbox that is there stays as it is.
func Fill(ctx context.Context, c config.Config, o *Office, day time.Time) error {
	inbox := filepath.Join(c.Inbox, Account)
	if _, err := os.Stat(inbox); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := Inbox(day)
	if err != nil {
		return err
	}
	if err := o.FileByHand(ctx, ByHand(day)); err != nil {
		return err
	}
	part, err := os.MkdirTemp(c.Inbox, ".filling-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(part, f.Name), f.Bytes, 0o600); err != nil {
			return errors.Join(fmt.Errorf("demo: %w", err), os.RemoveAll(part))
		}
	}
	if err := os.Rename(part, inbox); err != nil {
		return errors.Join(fmt.Errorf("demo: %w", err), os.RemoveAll(part))
	}
	return nil
}
