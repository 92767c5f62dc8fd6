package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A verification is the command line of lodge evidence verify.
type verification struct {
	what, account, folder, head string
	json                        bool
}

func (a *app) verifyCommand() *cobra.Command {
	var v verification
	cmd := &cobra.Command{
		Use:   "verify [ACCOUNT|INVOICE]",
		Short: "Prove that evidence is complete and unchanged",
		Long: `Prove that no file of the evidence was changed, removed or put there later, and
that the ledger and the evidence tell the same: of all accounts, of one, or of one
invoice. It only reads, and needs neither the network nor a login.

A chain proves itself up to its last link. Write the heads that are printed down
where nobody who could change the evidence can: whoever has one can prove later
that nothing up to there was changed. A copy of the evidence folder is proven
without its ledger by --folder, and against such a head by --head.

The exit code is 1 if anything is wrong.`,
		Example: `  lodge evidence verify
  lodge evidence verify firm-harbor
  lodge evidence verify INV-1042
  lodge evidence verify --folder /media/copy/evidence firm-harbor --head 24:9f86d0...`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				v.what = args[0]
			}
			if v.folder != "" {
				return a.verifyCopy(cmd.Context(), v)
			}
			return a.verify(cmd.Context(), v)
		},
	}
	cmd.Flags().StringVar(&v.account, "account", "", "the `account`, where several have an invoice of this number")
	cmd.Flags().StringVar(&v.folder, "folder", "", "a copy of an evidence `folder`, without a ledger")
	cmd.Flags().StringVar(&v.head, "head", "", "the `N:SHA` that was written down; one account only")
	cmd.Flags().BoolVar(&v.json, "json", false, "one JSON object a line: each fault, then each account's chain")
	return cmd
}

// verify proves the evidence beside the ledger.
func (a *app) verify(ctx context.Context, v verification) error {
	return a.chains(ctx, func(c config.Config, l *ledger.Ledger, store *evidence.Store) error {
		all, err := kept(ctx, c, l, store)
		if err != nil {
			return err
		}
		only := ""
		switch {
		case v.what == "" && v.account != "":
			all = []string{v.account}
		case v.what != "" && slices.Contains(all, v.what):
			all = []string{v.what}
		case v.what != "":
			s, err := a.one(ctx, l, v.what, v.account)
			if err != nil {
				return err
			}
			only, all = s.ID, []string{s.Key.Account}
		}
		return a.prove(ctx, v, all, audit.Audit{Store: store, Ledger: l, Only: only})
	})
}

// verifyCopy proves a copy of the evidence.
func (a *app) verifyCopy(ctx context.Context, v verification) error {
	store, err := evidence.OpenCopy(v.folder)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	all, _, err := store.Accounts(ctx)
	if err != nil {
		return err
	}
	if v.what != "" {
		if !slices.Contains(all, v.what) {
			return misused("%s holds no evidence of an account %q: it has %d accounts", v.folder, v.what, len(all))
		}
		all = []string{v.what}
	}
	if len(all) == 0 {
		return misused("%s holds no evidence: name the folder that the accounts' folders lie in", v.folder)
	}
	return a.prove(ctx, v, all, audit.Audit{Store: store})
}

// prove proves the accounts and tells what is wrong as it is found.
func (a *app) prove(ctx context.Context, v verification, accounts []string, audits audit.Audit) error {
	if v.head != "" {
		head, err := submission.ParseHead(v.head)
		if err != nil || len(accounts) != 1 {
			return usageError{cmp.Or(err, errors.New("--head is of one account: name it"))}
		}
		audits.Head = head
	}
	bar := a.steps("reading links")
	audits.Step = func(n int) { _ = bar.Add(n) }
	audits.Tell = func(f audit.Fault) { a.tellFault(f, bar, v.json) }
	var chains []audit.Chain
	for _, name := range accounts {
		chain, err := audits.Account(ctx, name)
		if err != nil {
			_ = bar.Finish()
			return err
		}
		chains = append(chains, chain)
	}
	_ = bar.Finish()
	return a.tellChains(v, chains)
}

// steps shows that something goes on whose length nobody knows, on a terminal.
func (a *app) steps(what string) *progressbar.ProgressBar {
	to := io.Discard
	if a.errColumns > 0 {
		to = a.err
	}
	return progressbar.NewOptions(-1, progressbar.OptionSetWriter(to), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSpinnerType(14))
}

func (a *app) tellFault(f audit.Fault, bar *progressbar.ProgressBar, json bool) {
	_ = bar.Clear()
	if json {
		_ = writeLines(a.out, []audit.Fault{f})
		return
	}
	about := f.Account
	if f.Invoice != "" {
		about += ", invoice " + f.Invoice
	}
	writeWrapped(a.out, "", about+": "+f.What, a.columns)
}

// tellChains tells how far each chain goes, and whether all is right.
func (a *app) tellChains(v verification, chains []audit.Chain) error {
	faults, links, files, bytes := 0, 0, 0, int64(0)
	for _, c := range chains {
		faults, links, files, bytes = faults+c.Faults, links+c.Links, files+c.Files, bytes+c.Bytes
	}
	if v.json {
		if err := writeLines(a.out, chains); err != nil {
			return err
		}
	} else {
		for _, c := range chains {
			a.tellChain(c)
		}
		of := fmt.Sprintf("%s in %s, %s", count(files, "file"), count(links, "link"), megabytes(bytes))
		switch {
		case faults > 0:
			_, _ = fmt.Fprintf(a.out, "%s: %s read. What is wrong is above.\n", count(faults, "fault"), of)
		case v.what != "" && links > 0 && chains[0].Files < chains[0].Links:
			_, _ = fmt.Fprintf(a.out, "All is right: %s read.\n", of)
		default:
			_, _ = fmt.Fprintf(a.out, "All is right: %s read. Keep the heads where nobody who could change the evidence can.\n", of)
		}
	}
	if faults > 0 {
		return errFailed
	}
	return nil
}

func (a *app) tellChain(c audit.Chain) {
	if c.Links == 0 {
		_, _ = fmt.Fprintf(a.out, "%s: no evidence.\n", c.Account)
		return
	}
	text := fmt.Sprintf("%s: %s until %s", c.Account, count(c.Links, "link"), a.stamp(c.Until))
	for _, part := range []struct {
		n    int
		what string
	}{{c.Files, "file"}, {c.Invoices, "invoice"}} {
		if part.n > 0 {
			text += ", " + count(part.n, part.what)
		}
	}
	if c.Pruned > 0 {
		text += fmt.Sprintf(", the files of %s removed as the chain says", count(c.Pruned, "link"))
	}
	if c.UnderWay > 0 {
		text += fmt.Sprintf(", %s under way", count(c.UnderWay, "attempt"))
	}
	writeWrapped(a.out, "", text, a.columns)
	_, _ = fmt.Fprintf(a.out, "  head %s\n", c.Head)
}
