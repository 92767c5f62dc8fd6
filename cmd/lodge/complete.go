package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger/sqlite"
)

// How many invoice numbers are offered, and how long looking for them may take:
// somebody waits with a finger on the key.
const (
	offered      = 50
	completeTime = 100 * time.Millisecond
)

// completing has the arguments and flags of cmd, and of all commands below it,
// completed by their names: those in Use, such as ACCOUNT, and those of flags.
func (a *app) completing(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && (len(arguments(cmd)) > 0 || !cmd.HasSubCommands()) {
		cmd.ValidArgsFunction = a.completeArgument
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if _, there := cmd.GetFlagCompletionFunc(f.Name); there || f.NoOptDefVal != "" {
			return
		}
		name, _ := pflag.UnquoteUsage(f)
		if name == "file" || name == "folder" {
			return // the shell knows files
		}
		// It fails only for a flag that is not there, or that has one.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return extended(f, typed, a.candidates(cmd, args, strings.ToUpper(f.Name), typed)), cobra.ShellCompDirectiveNoFileComp
		})
	})
	for _, c := range cmd.Commands() {
		a.completing(c)
	}
}

// extended puts what stands before the last comma of a list before what is offered
// for the rest.
func extended(f *pflag.Flag, typed string, found []string) []string {
	before := typed[:strings.LastIndex(typed, ",")+1]
	if f.Value.Type() != "stringSlice" || before == "" {
		return found
	}
	for i := range found {
		found[i] = before + found[i]
	}
	return found
}

// completeArgument completes the argument that stands in the place of typed.
func (a *app) completeArgument(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	word, ok := argument(cmd, len(args))
	if !ok {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if word == "FILE" || word == "DIR" {
		if _, inInbox := argument(cmd, 0); inInbox && slices.Contains(arguments(cmd)[:1], "ACCOUNT") {
			return a.candidates(cmd, args, "INBOX", typed), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveDefault
	}
	var found []string
	for name := range strings.SplitSeq(word, "|") {
		found = append(found, a.candidates(cmd, args, name, typed)...)
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// arguments are the names of a command's arguments, as its Use has them, without
// a flag that may stand in place of one, and without that flag's value.
func arguments(cmd *cobra.Command) []string {
	var names []string
	flag := false
	for _, w := range strings.Fields(cmd.Use)[1:] {
		w = strings.NewReplacer("[", "", "]", "", "...", "").Replace(w)
		name, _, other := strings.Cut(w, "|--")
		if !flag {
			names = append(names, name)
		}
		flag = other
	}
	return names
}

// argument is the name of the nth argument; the last one may be repeated.
func argument(cmd *cobra.Command, n int) (string, bool) {
	words := arguments(cmd)
	if n < len(words) {
		return words[n], true
	}
	if len(words) > 0 && strings.Contains(cmd.Use, "...") {
		return words[len(words)-1], true
	}
	return "", false
}

// candidates are what may stand for an argument or flag of that name. Whatever
// goes wrong, there are just none: nobody asked for an error.
func (a *app) candidates(cmd *cobra.Command, args []string, name, typed string) []string {
	var found []string
	switch name {
	case "ACCOUNT":
		found = a.quietly().Names()
	case "CARRIER", "NAME":
		found = a.carrierNames()
	case "PROFILE":
		found = append(a.quietly().Names(), a.carrierNames()...)
	case "STATE":
		found = stateNames()
	case "NEEDS":
		found = []string{string(carriers.Biller), string(carriers.Operator), string(carriers.Author), "any"}
	case "INVOICE":
		return a.invoices(cmd, args, typed)
	case "DESTINATION":
		for _, d := range a.quietly().Outbox {
			found = append(found, d.Name)
		}
	case "FORMAT":
		found = writtenFormats()
	case "CLIENT":
		found = clientNames()
	case "KEY":
		found = a.keys(args)
	case "INBOX":
		found = a.waiting(args)
	default:
		if name == strings.ToLower(name) {
			found = []string{name}
		}
	}
	rest := typed[strings.LastIndex(typed, ",")+1:]
	return slices.DeleteFunc(found, func(s string) bool { return !strings.HasPrefix(s, rest) })
}

// carrierNames are all carriers with what they are.
func (a *app) carrierNames() []string {
	var found []string
	for _, c := range a.carriers {
		found = append(found, c.Name+"\t"+c.Title)
	}
	return found
}

// quietly are the settings, or none.
func (a *app) quietly() config.Config {
	c, err := a.settings()
	if err != nil {
		return config.Config{}
	}
	return c
}

// invoices are numbers from the ledger; of the account that was typed before.
func (a *app) invoices(cmd *cobra.Command, args []string, typed string) []string {
	c := a.quietly()
	if c.Path == "" {
		return nil
	}
	account := ""
	if f := cmd.Flags().Lookup("account"); f != nil && f.Value.Type() == "string" {
		account = f.Value.String()
	}
	if i := slices.Index(arguments(cmd), "ACCOUNT"); i >= 0 && i < len(args) {
		account = args[i]
	}
	ctx, cancel := context.WithTimeout(context.Background(), completeTime)
	defer cancel()
	numbers, err := sqlite.Invoices(ctx, c.Ledger(), account, typed, offered)
	if err != nil {
		return nil
	}
	return numbers
}

// keys are the secrets that the carrier of the account asks for.
func (a *app) keys(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	acc, err := a.quietly().Account(args[0])
	if err != nil {
		return nil
	}
	c, err := a.carrier(acc.Carrier)
	if err != nil {
		return nil
	}
	return keysOf(c)
}

// waiting are the files in the inbox of the account that was typed before.
func (a *app) waiting(args []string) []string {
	c := a.quietly()
	if len(args) == 0 || c.Path == "" || known(c, args[:1]) != nil {
		return nil
	}
	paths, err := filepath.Glob(filepath.Join(c.Inbox, args[0], "*"))
	if err != nil {
		return nil
	}
	for i, p := range paths {
		paths[i] = filepath.Base(p)
	}
	return paths[:min(len(paths), offered)]
}
