package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func (a *app) showCommand() *cobra.Command {
	var account string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show INVOICE|ID",
		Short: "Tell everything about one invoice",
		Long: `Tell everything about one invoice: what it is, its revisions and the attempts to
file them, the carrier's word, what happened in order, and where the proof lies.`,
		Example: `  lodge show INV-1042
  lodge show --account firm-harbor INV-1042`,
		Args: exactly("an invoice number or an id"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.show(cmd.Context(), args[0], account, asJSON) },
	}
	cmd.Flags().StringVar(&account, "account", "", "the `account`, where several have an invoice of this number")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object: the submission and its history")
	return cmd
}

func (a *app) show(ctx context.Context, what, account string, asJSON bool) error {
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		s, err := a.one(ctx, l, what, account)
		if err != nil {
			return err
		}
		history, err := l.History(ctx, s.ID)
		if err != nil {
			return err
		}
		if asJSON {
			return writeLines(a.out, []whole{{s, history}})
		}
		held, err := a.troubles(ctx, c, l)
		if err != nil {
			return err
		}
		a.showOne(c, s, history, held, func(p []submission.Proof) { a.showEvidence(ctx, c, p) })
		return nil
	})
}

// whole is a submission with its history, as --json prints it.
type whole struct {
	submission.Submission
	History []submission.Entry `json:"history"`
}

// one finds the submission that people mean by an invoice number or an id.
func (a *app) one(ctx context.Context, l *ledger.Ledger, what, account string) (submission.Submission, error) {
	list, err := l.List(ctx, ledger.Query{Invoice: what, Account: account})
	if err != nil {
		return submission.Submission{}, err
	}
	switch {
	case len(list) == 1:
		return l.Get(ctx, list[0].ID)
	case len(list) > 1:
		var ids []string
		for _, s := range list {
			ids = append(ids, s.ID+" ("+s.Account+")")
		}
		return submission.Submission{}, misused("%d invoices have the number %q: type the id of one: %s",
			len(list), what, strings.Join(ids, ", "))
	}
	s, err := l.Get(ctx, what)
	if err != nil || account != "" && s.Key.Account != account {
		return submission.Submission{}, fmt.Errorf("invoice %s: %w: %s lists what is", what, ledger.ErrNotFound, a.with("status --needs any"))
	}
	return s, nil
}

// showOne writes all about one, and has seen write what proves it.
func (a *app) showOne(
	c config.Config, s submission.Submission, history []submission.Entry, held []trouble, seen func([]submission.Proof),
) {
	current := s.Current()
	sum := hold(ledger.Summarize(s), held)
	a.facts([][2]string{
		{"invoice", s.Key.Number},
		{"state", a.describe(sum)},
		{"on hold", a.onHold(s)},
		{"held back", heldBack(s, held)},
		{"said", sum.Text},
		{"confirmation", sum.Confirmation},
		{"account", s.Key.Account + ", carrier " + s.Carrier},
		{"total", current.Total.String()},
		{"date", day(current)},
		{"matter", join(current.Matter, current.ClientMatter)},
		{"client", s.Key.ClientID},
		{"law firm", s.Key.LawFirmID},
		{"id", s.ID},
	})
	for _, r := range s.Revisions {
		a.showRevision(c, r, seen)
	}
	_, _ = fmt.Fprintln(a.out, "\nWhat happened:")
	t := table{head: []string{"  WHEN", "MOVE", "BY", "WHY"}}
	for _, e := range history {
		move := moved(e)
		if len(s.Revisions) > 1 && e.Revision > 0 {
			move = fmt.Sprintf("%d: %s", e.Revision, move)
		}
		t.add(a.stamp(e.At), move, string(e.Actor), why(e))
		t.rows[len(t.rows)-1][0] = "  " + a.stamp(e.At)
	}
	t.write(a.out, a.columns)
	a.showLooks(history, seen)
}

// onHold tells who holds it back, why, since when, and what ends that.
func (a *app) onHold(s submission.Submission) string {
	h := s.OnHold
	if h.IsZero() {
		return ""
	}
	return fmt.Sprintf("by %s since %s: %s; to end it: %s", h.Who, a.stamp(h.At), h.Why,
		a.with("release "+quoted(cmp.Or(s.Key.Number, s.ID))+" --why TEXT"))
}

// heldBack tells what holds the account back that it waits for.
func heldBack(s submission.Submission, held []trouble) string {
	for _, t := range held {
		if t.Account == s.Key.Account && s.Current().State.Working() {
			return join("account "+t.Account+": "+t.Why, strings.Join(append([]string{t.Next.Do}, t.Next.Type...), ": "))
		}
	}
	return ""
}

// showLooks lists the evidence of what came before and after attempts: rows that
// look-ups found, pages that failed.
func (a *app) showLooks(history []submission.Entry, seen func([]submission.Proof)) {
	var proofs []submission.Proof
	for _, e := range history {
		proofs = append(proofs, e.Evidence...)
	}
	if len(proofs) > 0 {
		_, _ = fmt.Fprintln(a.out, "\nWhat else was seen:")
		seen(proofs)
	}
}

// facts writes names and values; empty values are left out.
func (a *app) facts(list [][2]string) {
	for _, f := range list {
		if f[1] == "" {
			continue
		}
		for i, part := range wrap(printable(f[1]), max(0, a.columns-14)) {
			label := f[0]
			if i > 0 {
				label = ""
			}
			_, _ = fmt.Fprintf(a.out, "%-13s %s\n", label, part)
		}
	}
}

// describe is the state with what it waits for and who acts.
func (a *app) describe(s ledger.Summary) string {
	text := words(s.State)
	if s.Found {
		text += ", found there before Lodge sent anything"
	}
	switch s.Hold {
	case "":
	case submission.HoldPerson:
		text += ", on hold"
	default:
		text += ", held back: " + string(s.Hold)
	}
	switch {
	case s.Needs != "":
		text += "; the " + s.Needs + " acts"
	case s.DueAt.IsZero():
	case s.DueAt.After(a.clock.Now()):
		text += "; next looked at " + a.stamp(s.DueAt)
	default:
		text += "; the next run takes it"
	}
	return text
}

func day(r submission.Revision) string {
	if r.Date.IsZero() {
		return ""
	}
	return r.Date.Format("2006-01-02")
}

func join(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, " / ")
}

// showRevision writes one version of the file, what intake found and how often
// it was tried.
func (a *app) showRevision(c config.Config, r submission.Revision, seen func([]submission.Proof)) {
	_, _ = fmt.Fprintf(a.out, "\nRevision %d: %s\n", r.Number, words(r.State))
	a.indented("from " + r.Object.Name + ", " + count(int(r.Object.Size), "byte") + ", SHA-256 " + r.Object.SHA)
	if r.Object.Path != "" {
		a.indented("filed copy: " + placeOf(c, r.Object.Path))
	}
	if r.Receipt.State != "" {
		a.indented("the carrier said on " + a.stamp(r.ReceivedAt) + ": " + join(r.Receipt.Status, r.Receipt.Number, r.Receipt.Text))
	}
	for _, f := range r.Findings {
		a.indented(fmt.Sprintf("%s, line %d %s: %s", f.Severity, f.Line, f.Field, f.Message))
	}
	for _, t := range r.Attempts {
		a.indented(fmt.Sprintf("attempt %s on %s: %s: %s", t.ID, a.stamp(t.IntendedAt), t.Request, attempted(t)))
		seen(t.Evidence)
	}
}

// placeOf is where a staged copy lies.
func placeOf(c config.Config, name string) string {
	if c.AWS != nil {
		return "s3://" + c.AWS.Bucket + "/" + name
	}
	return filepath.Join(c.State, filepath.FromSlash(name))
}

// showEvidence lists the files, folder by folder: people open the folder.
func (a *app) showEvidence(ctx context.Context, c config.Config, proofs []submission.Proof) {
	if len(proofs) == 0 {
		return
	}
	store, err := evidenceOf(ctx, c)
	if err != nil {
		writeWrapped(a.out, "    ", printable(fmt.Sprintf("its evidence cannot be looked at: %v", err)), a.columns)
		return
	}
	defer func() { _ = store.Close() }()
	names := map[string][]string{}
	for _, p := range proofs {
		names[path.Dir(p.Name)] = append(names[path.Dir(p.Name)], path.Base(p.Name))
	}
	for _, folder := range slices.Sorted(maps.Keys(names)) {
		_, _ = fmt.Fprintf(a.out, "    evidence in %s\n", printable(store.Place(folder)))
		if word := a.whatIsLeft(ctx, store, folder, names[folder]); word != "" {
			writeWrapped(a.out, "      ", word, a.columns)
		}
		writeWrapped(a.out, "      ", strings.Join(names[folder], " "), a.columns)
	}
}

// attempted is what is known of an attempt's request.
func attempted(t submission.Attempt) string {
	switch {
	case t.Sent == nil:
		return join("it may have been sent", t.Outcome)
	case *t.Sent:
		return join("sent", t.Outcome)
	default:
		return join("proven not sent", t.Outcome)
	}
}

// why is what people read of an entry: its own reason, which file came, or what
// the table says of such a move.
func why(e submission.Entry) string {
	switch {
	case e.Why != "":
		return e.Why
	case e.Arrival != nil:
		return "file " + e.Arrival.Object.Name + " came"
	}
	for _, r := range submission.Table() {
		if r.Number == e.Row && r.Kind == e.Kind && r.To == e.To && slices.Contains(r.By, e.Actor) {
			return r.Text
		}
	}
	return ""
}

// moved is what an entry of the history did.
func moved(e submission.Entry) string {
	switch {
	case e.From == e.To || e.To == "":
		return string(e.Kind)
	case e.From == submission.None:
		return words(e.To)
	default:
		return words(e.From) + " > " + words(e.To)
	}
}
