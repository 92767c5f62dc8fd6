package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/secret"
)

func (a *app) secretCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Keep the logins of accounts, encrypted",
		Args:  a.noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.secretSetCommand(), a.secretListCommand())
	return cmd
}

func (a *app) secretSetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "set ACCOUNT KEY",
		Short: "Keep one secret of an account",
		Long: `Ask for one secret of an account and keep it in the encrypted file that
lodge.yaml names. Nothing is shown while it is typed; without a terminal it is
read from standard input. A new value lets an account be visited again that the
carrier refused to let in.

A variable of the environment is found before the file: lodge secret list tells
where each secret comes from.`,
		Example: `  lodge secret set firm-harbor password
  pass harbor | lodge secret set firm-harbor password`,
		Args: exactly("an account", "a key"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.setSecret(cmd.Context(), args[0], args[1]) },
	}
}

func (a *app) setSecret(ctx context.Context, account, key string) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	declared, err := a.declared(c, account, key)
	if err != nil {
		return err
	}
	value, err := a.readSecret(fmt.Sprintf("%s of account %s (%s): ", key, account, declared.Help))
	if err != nil {
		return err
	}
	if account == config.NotifyAccount {
		if err := notify.Check(secret.NewValue(value)); err != nil {
			return fmt.Errorf("channel %s: %w: nothing was changed", key, err)
		}
	}
	if account == config.OutboxAccount {
		if err := outbox.CheckSecret(secret.NewValue(value)); err != nil {
			return fmt.Errorf("destination %s: %w: nothing was changed", key, err)
		}
	}
	if err := a.secrets(c).Set(ctx, account, key, secret.NewValue(value)); err != nil {
		return err
	}
	where := c.Secrets.File
	if c.AWS != nil {
		where = "Secrets Manager, as " + c.AWS.SecretName(account)
	}
	_, err = fmt.Fprintf(a.err, "%s of account %s is kept in %s.\n", key, account, where)
	return err
}

// declared is what the account's carrier says of a secret.
func (a *app) declared(c config.Config, account, key string) (carriers.Secret, error) {
	if account == config.NotifyAccount {
		return channelSecret(c, key)
	}
	if account == config.OutboxAccount {
		return webhookSecret(c, key)
	}
	acc, err := c.Account(account)
	if err != nil {
		return carriers.Secret{}, usageError{err}
	}
	carrier, err := a.carrier(acc.Carrier)
	if err != nil {
		return carriers.Secret{}, err
	}
	i := slices.IndexFunc(carrier.Secrets, func(s carriers.Secret) bool { return s.Key == key })
	if i < 0 {
		return carriers.Secret{}, misused("%s asks for no secret %q: it asks for %s", carrier.Title, key, strings.Join(keysOf(carrier), ", "))
	}
	return carrier.Secrets[i], nil
}

func keysOf(c carriers.Carrier) []string {
	var keys []string
	for _, s := range c.Secrets {
		keys = append(keys, s.Key)
	}
	return keys
}

// longestSecret bounds what is read from standard input, in bytes.
const longestSecret = 64 << 10

// readSecret asks for a value, or reads one. The line end that a pipe or an
// editor adds does not belong to it.
func (a *app) readSecret(question string) (string, error) {
	var value string
	if a.secret != nil {
		var err error
		if value, err = a.secret(question); err != nil {
			return "", fmt.Errorf("read the secret: %w", err)
		}
	} else {
		b, err := io.ReadAll(io.LimitReader(a.in, longestSecret+1))
		if err != nil {
			return "", fmt.Errorf("read the secret from standard input: %w", err)
		}
		if len(b) > longestSecret {
			return "", fmt.Errorf("read the secret from standard input: it has more than %d bytes", longestSecret)
		}
		value = strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	}
	if value == "" {
		return "", errors.New("the secret is empty: nothing was changed")
	}
	return value, nil
}

// typed asks at the terminal, without showing what is typed.
func (a *app) typed(question string) (string, error) {
	_, _ = fmt.Fprint(a.err, question)
	b, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = fmt.Fprintln(a.err)
	return string(b), err
}

func (a *app) secretListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List which secrets there are, and which are missing",
		Args:  none,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listSecrets(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// listed is a secret as it is listed. From is "" if it is missing.
type listed struct {
	secret.Entry
	Missing  bool   `json:"missing"`
	Unused   bool   `json:"unused"` // no account of lodge.yaml asks for it
	Optional bool   `json:"optional"`
	Help     string `json:"help"`
}

func (a *app) listSecrets(ctx context.Context, asJSON bool) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	there, err := a.secrets(c).List(ctx)
	if err != nil {
		return err
	}
	list := a.wanted(c, there)
	if asJSON {
		if err := writeLines(a.out, list); err != nil {
			return err
		}
	} else {
		a.showSecrets(list)
	}
	if slices.ContainsFunc(list, func(l listed) bool { return l.Missing && !l.Optional }) {
		return errPerson
	}
	return nil
}

// wanted is every secret that an account's carrier asks for, and every other
// that is there, which nobody reads.
func (a *app) wanted(c config.Config, there []secret.Entry) []listed {
	var list []listed
	for _, acc := range c.Accounts {
		carrier, err := a.carrier(acc.Carrier)
		if err != nil {
			continue // lodge.yaml was read with the same list
		}
		for _, s := range carrier.Secrets {
			l := listed{Entry: secret.Entry{Account: acc.Name, Key: s.Key}, Missing: true, Optional: s.Optional, Help: s.Help}
			if i := slices.IndexFunc(there, is(acc.Name, s.Key)); i >= 0 {
				l.Entry, l.Missing = there[i], false
				there = slices.DeleteFunc(slices.Clone(there), is(acc.Name, s.Key))
			}
			list = append(list, l)
		}
	}
	for _, one := range tellersSecrets(c) {
		if i := slices.IndexFunc(there, is(one.Account, one.Key)); i >= 0 {
			one.Entry, one.Missing = there[i], false
			there = slices.DeleteFunc(slices.Clone(there), is(one.Account, one.Key))
		}
		list = append(list, one)
	}
	for _, e := range there {
		list = append(list, listed{Entry: e, Unused: true})
	}
	return list
}

// tellersSecrets are those of notify's channels and of outbox's webhooks, as if
// all were missing.
func tellersSecrets(c config.Config) []listed {
	var list []listed
	for _, channel := range c.Notify {
		list = append(list, listed{Entry: secret.Entry{Account: config.NotifyAccount, Key: channel.Name}, Missing: true, Help: channelHelp})
	}
	for _, d := range c.Outbox {
		if d.Webhook != "" {
			list = append(list, listed{Entry: secret.Entry{Account: config.OutboxAccount, Key: d.Name}, Missing: true, Help: webhookHelp})
		}
	}
	return list
}

func is(account, key string) func(secret.Entry) bool {
	return func(e secret.Entry) bool { return e.Account == account && e.Key == key }
}

func (a *app) showSecrets(list []listed) {
	if len(list) == 0 {
		_, _ = fmt.Fprintln(a.out, "lodge.yaml has no account, so no secret is needed.")
		return
	}
	t := table{head: []string{"ACCOUNT", "KEY", "SET", "WHERE"}}
	for _, l := range list {
		where := l.From
		switch {
		case l.Missing && l.Optional:
			where = "not there, and not needed"
		case l.Missing:
			where = "missing (" + l.Help + "): " + a.with("secret set "+l.Account+" "+l.Key)
		case l.Unused:
			where += " (no account of lodge.yaml asks for it)"
		}
		t.add(l.Account, l.Key, a.stamp(l.SetAt), where)
	}
	t.write(a.out, a.columns)
}
