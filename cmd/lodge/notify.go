package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

func (a *app) notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Tell people what needs them, in their messengers",
		Long: `Tell people what needs them, in their messengers: lodge run does so by itself for
the channels that lodge.yaml lists under "notify".`,
		Args: a.noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.notifyTestCommand())
	return cmd
}

func (a *app) notifyTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [CHANNEL]",
		Short: "Send a sample, to see that it arrives",
		Long: `Send a sample to a channel of lodge.yaml, or to all of them, and tell what the
service answered.`,
		Example: `  lodge secret set notify billing
  lodge notify test billing`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.notifyTest(cmd.Context(), args) },
	}
}

func (a *app) notifyTest(ctx context.Context, args []string) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	channels := channelNames(c)
	if len(args) > 0 {
		if _, err := channelSecret(c, args[0]); err != nil {
			return err
		}
		channels = args
	}
	if len(channels) == 0 {
		return fmt.Errorf("%s has no channel: the operator lists them under \"notify\"", c.Path)
	}
	n := a.notifier(c, slog.New(slog.DiscardHandler)) // what fails is told below
	failed := false
	for _, channel := range channels {
		begun := a.clock.Boot()
		answer, err := n.Test(ctx, channel)
		text := fmt.Sprintf("channel %s: the service took the message", channel)
		switch {
		case err != nil:
			failed = true
			text = fmt.Sprintf("channel %s: not delivered: %v", channel, err)
		case answer != "":
			text += ": " + answer
		}
		writeWrapped(a.out, "", text+" ("+seconds(a.clock.Boot()-begun)+")", a.columns)
	}
	if failed {
		return errFailed
	}
	return nil
}

func channelNames(c config.Config) []string {
	var names []string
	for _, channel := range c.Notify {
		names = append(names, channel.Name)
	}
	return names
}

// channelHelp says what the secret of a channel is.
const channelHelp = "address of the service, such as slack://hook:TOKEN@webhook"

// channelSecret is the address of a channel, as a secret of lodge.yaml.
func channelSecret(c config.Config, channel string) (carriers.Secret, error) {
	names := channelNames(c)
	if !slices.Contains(names, channel) {
		return carriers.Secret{}, misused("%s has no channel %q under \"notify\": it has %s", c.Path, channel,
			strings.Join(append(names, "no others")[:max(1, len(names))], ", "))
	}
	return carriers.Secret{Key: channel, Help: channelHelp}, nil
}
