package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A decision is what a person says about an invoice.
type decision struct {
	what, verb, account, why, confirmation string

	revision int
}

// What a person may say.
const (
	sayAccept      = "accept"
	sayReject      = "reject"
	sayCancel      = "cancel"
	saySubmitAgain = "submit-again"
	sayFiledByHand = "filed-by-hand"
	sayLookUp      = "look-up"
)

// verbs are all of them, in the order of the help.
func verbs() []string {
	return []string{sayAccept, sayReject, sayCancel, saySubmitAgain, sayFiledByHand, sayLookUp}
}

// wants is the state that a person who says so wants.
func (d decision) wants() submission.State {
	return map[string]submission.State{
		sayAccept: submission.Accepted, sayReject: submission.Rejected, sayCancel: submission.Cancelled,
		saySubmitAgain: submission.Ready, sayFiledByHand: submission.Submitted, sayLookUp: submission.Uncertain,
	}[d.verb]
}

// receipt is the carrier's word as the person has it.
func (d decision) receipt() *carriers.Receipt {
	r := carriers.Receipt{Number: d.confirmation, Text: d.why}
	switch d.verb {
	case sayAccept:
		r.Status, r.State = "accepted", carriers.StateAccepted
	case sayReject:
		r.Status, r.State = "rejected", carriers.StateRejected
	case sayFiledByHand:
		r.Status, r.State = "filed by hand", carriers.StateReceived
	default:
		return nil
	}
	return &r
}

func (a *app) resolveCommand() *cobra.Command {
	var d decision
	cmd := &cobra.Command{
		Use:   "resolve INVOICE|ID " + strings.Join(verbs(), "|"),
		Short: "Say what Lodge cannot know about an invoice, or may not decide",
		Long: `Say what Lodge cannot know about an invoice, or may not decide by itself:

  accept         the carrier has accepted it, and you have its word
  reject         the carrier has refused it, and you have its word; the mended file
                 is filed as soon as it lies in the inbox
  cancel         it is not to be filed any more; nothing more is done for it
  submit-again   it is not on the carrier's site: file it again. If it may have been
                 sent before, Lodge asks the site first and goes by what that shows
  filed-by-hand  somebody filed it on the carrier's site: Lodge looks until the site
                 shows it, and asks you again if it does not within two days
  look-up        ask the carrier's site now, and go by what it shows

Who said so, when and why stays in the invoice's history. Against what Lodge saw
itself only a newer word counts: another confirmation number. What a person said
can be taken back: look-up asks the site instead.`,
		Example: `  lodge resolve INV-1042 accept --confirmation 730187 --why "Ms. Reed of Harbor on the telephone"
  lodge resolve INV-1042 filed-by-hand --why "the portal took no files, typed it in"
  lodge resolve INV-1042 submit-again --why "not in the portal's list"`,
		Args: exactly("an invoice number or an id", "one of "+strings.Join(verbs(), ", ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.what, d.verb = args[0], args[1]
			return a.resolve(cmd.Context(), d)
		},
	}
	cmd.Flags().StringVar(&d.why, "why", "", "the `reason`, in a sentence (required)")
	cmd.Flags().StringVar(&d.confirmation, "confirmation", "", "the carrier's confirmation `number`, with accept, reject and filed-by-hand")
	cmd.Flags().StringVar(&d.account, "account", "", "the `account`, where several have an invoice of this number")
	cmd.Flags().IntVar(&d.revision, "revision", 0, "the `N`th version of the file; the current one unless named")
	return cmd
}

// resolving is a decision on its way: about which submission, and by whom.
type resolving struct {
	*app
	decision
	who    string
	config config.Config
	ledger *ledger.Ledger
	sub    submission.Submission
}

func (a *app) resolve(ctx context.Context, d decision) error {
	switch {
	case !slices.Contains(verbs(), d.verb):
		return misused("what can be said of an invoice is %s, and not %q", strings.Join(verbs(), ", "), d.verb)
	case d.confirmation != "" && d.receipt() == nil:
		return misused("--confirmation goes with accept, reject and filed-by-hand, and not with %s", d.verb)
	}
	who, err := a.person(d.why)
	if err != nil {
		return err
	}
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		s, err := a.one(ctx, l, d.what, d.account)
		if err != nil {
			return err
		}
		r := &resolving{app: a, decision: d, who: who, config: c, ledger: l, sub: s}
		switch d.verb {
		case sayLookUp:
			return r.look(ctx)
		case saySubmitAgain:
			return r.again(ctx)
		}
		return r.decide(ctx, r.event())
	})
}

// event is the decision as the ledger takes it.
func (r *resolving) event() submission.Event {
	return submission.Event{Kind: submission.Decided, Who: r.who, Why: r.why, Want: r.wants(), Revision: r.revision, Receipt: r.receipt()}
}

// decide takes e and tells what became of the invoice and what follows.
func (r *resolving) decide(ctx context.Context, e submission.Event) error {
	if e.Want == submission.Submitted {
		now, err := r.ledger.Now(ctx)
		if err != nil {
			return err
		}
		e.SettleUntil = now.Add(r.settles())
	}
	s, err := r.ledger.Decide(ctx, r.sub.ID, e)
	if err != nil {
		return r.refused(err)
	}
	r.sub = s
	r.tellWhere()
	return nil
}

// settles is how long the carrier's site may take to show what was filed.
func (r *resolving) settles() time.Duration {
	c, err := r.carrier(r.sub.Carrier)
	if err != nil {
		return 0 // an account of a carrier that is gone is not visited either
	}
	return c.History.SettleAfter
}

// rev is the revision that the person means.
func (r *resolving) rev() submission.Revision {
	if n := r.revision; n > 0 && n <= len(r.sub.Revisions) {
		return r.sub.Revisions[n-1]
	}
	return r.sub.Current()
}

// tellWhere tells where the invoice stands and what happens next.
func (r *resolving) tellWhere() {
	_, _ = fmt.Fprintf(r.out, "%s is %s.\n", r.sub.Key, r.describe(ledger.Summarize(r.sub)))
	writeWrapped(r.out, "", r.follows(), r.columns)
}

// follows is what happens next, in a sentence.
func (r *resolving) follows() string {
	what := quoted(cmp.Or(r.sub.Key.Number, r.sub.ID))
	switch state := r.sub.Current().State; {
	case r.sub.HeldBack():
		return "It is on hold. When it may be filed: " + r.with("release "+what+" --why TEXT")
	case state == submission.Ready:
		return "It is filed by the " + r.filer(r.sub) + ", which asks the carrier's site first whether it is there: " + r.with("run")
	case r.verb == sayFiledByHand:
		return "The next runs look whether the carrier's site shows it. If it does not within two days, you are asked again: " + r.with("run")
	case state.LookUp():
		return "The next run looks it up: " + r.with("run")
	case state == submission.Rejected:
		return "Put the mended file into the inbox; its number stays."
	case state == submission.Cancelled:
		return "Nothing more is done for it."
	}
	return "Its history: " + r.with("show "+what)
}

// refused says why a decision was not taken, and what can be said instead.
func (r *resolving) refused(err error) error {
	refusal, ok := errors.AsType[*submission.Refusal](err)
	switch {
	case errors.Is(err, ledger.ErrHeld):
		return plainly(err, "nothing was decided: %s is being worked on at this moment: type it again when that is done (%v)", r.sub.Key, err)
	case !ok:
		return err
	case len(refusal.Rows) > 0:
		return plainly(err, "nothing was decided: %s is %s: %s", r.sub.Key, words(refusal.State), refusal.Reason)
	}
	instead := "nobody can decide anything about it then"
	if list := verbsAt(refusal.State); len(list) > 0 {
		instead = "what can be said then is " + strings.Join(list, ", ")
	}
	if n := r.rev().Number; refusal.State == submission.Superseded {
		instead = fmt.Sprintf("a later version of the file took the place of revision %d: decide on that one", n)
	}
	if refusal.State == submission.None {
		return plainly(err, "nothing was decided: %s: %s", r.sub.Key, refusal.Reason)
	}
	return plainly(err, "nothing was decided: %s is %s, and %s does not fit: %s", r.sub.Key, words(refusal.State), r.verb, instead)
}

// verbsAt are what the table lets a person say about an invoice in a state.
func verbsAt(state submission.State) []string {
	var list []string
	for _, v := range verbs() {
		want := decision{verb: v}.wants()
		fits := v == sayLookUp && state.LookUp()
		for _, row := range submission.Table() {
			fits = fits || row.Kind == submission.Decided && slices.Contains(row.From, state) && (row.To == want || row.Next == want)
		}
		if fits {
			list = append(list, v)
		}
	}
	return list
}
