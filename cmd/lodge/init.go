package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write the settings of a new Lodge, lodge.yaml",
		Long: `Write a commented lodge.yaml into DIR (the working folder unless named), with
the inbox and the state folder beside it. What is there already stays as it is.

Files older than now are listed and never filed until somebody adopts them:
years of old invoices may lie in a folder.`,
		Example: `  lodge init
  lodge init /srv/lodge`,
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return a.init(dir)
		},
	}
}

func (a *app) init(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	path := filepath.Join(dir, "lodge.yaml")
	if err := writeSettings(path, config.Default(a.clock.Now())); err != nil {
		return err
	}
	c, err := config.Read(path, a.carriers, a.variable)
	if err != nil {
		return err
	}
	if err := c.MakeFolders(); err != nil {
		return err
	}
	if dir != "." {
		a.config = path
	}
	_, err = fmt.Fprintf(a.out, `%s is written. Files from now on are filed, older ones only listed.

Next:
  1. add an account to %s: %s lists the carriers
  2. %s, for each of its secrets
  3. put LEDES files into %s and type %s
`, path, path, "lodge carriers", a.with("secret set ACCOUNT KEY"), filepath.Join(c.Inbox, "ACCOUNT"), a.with("run"))
	return err
}

// writeSettings writes c as a new file; one that is there is never touched.
func writeSettings(path string, c config.Config) error {
	var text bytes.Buffer
	if err := config.Write(&text, c); err != nil {
		return err
	}
	return writeNew(path, text.Bytes())
}

// writeNew writes lodge.yaml where there is none.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and is left as it is", path)
	}
	if err != nil {
		return fmt.Errorf("write lodge.yaml: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(fmt.Errorf("write lodge.yaml: %w", err), f.Close(), os.Remove(path))
	}
	return f.Close()
}
