package scene

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/secret"
)

// An Account is one of Lodge's, at a portal that runs.
type Account struct {
	Name   string
	Portal *Portal
	User   User
}

// A Lodge is an installation: the release's program with a folder that holds
// its settings, secrets, inbox, ledger and evidence.
type Lodge struct {
	Exe    string // the program
	Config config.Config
}

// Furnish makes an installation in dir that makes visits visits side by side.
func Furnish(ctx context.Context, exe, dir string, accounts []Account, visits int) (*Lodge, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lodge's folder: %w", err)
	}
	c := config.Default(time.Now().Add(-24 * age)) // what was made an hour ago is new
	c.Stage, c.Visits = "bench", visits
	c.Browser.AllowUnsandboxed = os.Geteuid() == 0 // Chromium gives its sandbox up for root anyway
	store := secret.NewFile(filepath.Join(dir, c.Secrets.File), filepath.Join(dir, c.Secrets.Identity))
	for _, a := range accounts {
		c.Accounts = append(c.Accounts, config.Account{Name: a.Name, Carrier: "harbor", Portal: a.Portal.URL, Pin: a.Portal.Pin})
		for key, value := range map[string]string{"username": a.User.Name, "password": a.User.Password} {
			if err := store.Set(ctx, a.Name, key, secret.NewValue(value)); err != nil {
				return nil, err
			}
		}
	}
	var text bytes.Buffer
	if err := config.Write(&text, c); err != nil {
		return nil, err
	}
	c.Path = filepath.Join(dir, "lodge.yaml")
	if err := os.WriteFile(c.Path, text.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("lodge's folder: %w", err)
	}
	c.Inbox, c.State = filepath.Join(dir, c.Inbox), filepath.Join(dir, c.State)
	return &Lodge{Exe: exe, Config: c}, nil
}

// Dir is the folder of the installation.
func (l *Lodge) Dir() string { return filepath.Dir(l.Config.Path) }

// Inbox is the folder in which an account's files arrive.
func (l *Lodge) Inbox(account string) string { return filepath.Join(l.Config.Inbox, account) }

// Command is a command of Lodge's. What it says goes to said.
func (l *Lodge) Command(said io.Writer, args ...string) meter.Command {
	return meter.Command{
		Args: append([]string{l.Exe, "--config", l.Config.Path}, args...), Stdout: said, Stderr: said,
	}
}

// A Line is what lodge status --json says of one invoice.
type Line struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Invoice string `json:"invoice"`
	State   string `json:"state"`
	Text    string `json:"text"`
	Needs   string `json:"needs"`
	Found   bool   `json:"found"`
}

// needsPerson is the exit status of commands that did their work and found that
// somebody must act.
const needsPerson = 3

// Status asks Lodge what has become of all invoices.
func (l *Lodge) Status(ctx context.Context) ([]Line, error) {
	cmd := exec.CommandContext(ctx, l.Exe, "--config", l.Config.Path, "status", "--json")
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && failed.ExitCode() == needsPerson {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("lodge status: %w", err)
	}
	var list []Line
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var line Line
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("lodge status: %w", err)
		}
		list = append(list, line)
	}
}
