package submission

import (
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
)

// Times that guards count with.
const (
	// MaxLookAge is how long before the intent the look-before may have begun.
	// It covers the longest upload form; package carriers gives one submission
	// five minutes.
	MaxLookAge = 15 * time.Minute
	// BetweenLooks is how far two looks must lie apart to count as two.
	BetweenLooks = 10 * time.Minute
	// FreshLook is how old the look may be on which a person has an invoice sent
	// again. The look-before follows in any case.
	FreshLook = 24 * time.Hour
	// Skew is how far the carrier's clock and the ledger's may be apart.
	Skew = 10 * time.Minute
)

// A Guard is a condition of a row. The zero reason means that it holds.
type Guard struct {
	Text   string // the condition, for the drawn table
	reason func(change) string
}

func guard(text string, reason func(change) string) Guard { return Guard{text, reason} }

// need turns a condition into a guard whose reason is always the same.
func need(text, reason string, ok func(change) bool) Guard {
	return guard(text, func(c change) string {
		if ok(c) {
			return ""
		}
		return reason
	})
}

func fit() Guard {
	return need("it is fit to be filed", "the file is not fit to be filed",
		func(c change) bool { return c.e.Arrival.State == Ready })
}

func unfit() Guard {
	return need("it is not fit to be filed", "the file is fit to be filed",
		func(c change) bool { return c.e.Arrival.State == Quarantined })
}

func seenBefore() Guard {
	return need("same canonical bytes as a revision; the verdict on the last one has not become better", "the bytes are new",
		func(c change) bool { return c.s.seen(*c.e.Arrival) })
}

func nothingSent() Guard {
	return need("nothing was ever sent, but what the carrier rejected", "an earlier attempt may have reached the carrier",
		func(c change) bool { return !c.s.MayBeThere() })
}

func explained() Guard {
	return need("says why", "it needs a reason in one sentence", func(c change) bool { return c.e.Why != "" })
}

func noOtherLive() Guard {
	return guard("no other revision is live", func(c change) string {
		for _, r := range c.s.Revisions {
			if r.State.Live() && r.Number != c.rev().Number {
				return fmt.Sprintf("revision %d is %s: decide on that one first", r.Number, r.State)
			}
		}
		return ""
	})
}

func latest() Guard {
	return need("it is the last revision", "a later revision is there: decide on that one",
		func(c change) bool { return c.i == len(c.s.Revisions)-1 })
}

// thisRevision keeps the carrier's word about one revision from being taken for
// another's: by its number, or, where the word on another revision had none, by
// its being the number that the carrier gave to this one, or by the time at which
// the site took it in.
func thisRevision() Guard {
	return guard("the carrier's word is not of another revision", func(c change) string {
		for _, r := range c.s.Revisions {
			if r.Number == c.rev().Number || r.Receipt.State == "" {
				continue
			}
			number := c.e.Receipt.Number
			if number != "" && r.Receipt.Number != "" {
				if number == r.Receipt.Number {
					return fmt.Sprintf("receipt %s is that of revision %d", number, r.Number)
				}
				continue
			}
			own := number != "" && number == c.rev().Receipt.Number && c.rev().ToldBy == ""
			if !own && !c.e.Filed.After(r.ReceivedAt.Add(Skew)) {
				return fmt.Sprintf("nothing tells the carrier's word from that on revision %d", r.Number)
			}
		}
		return ""
	})
}

func sinceIntent() Guard {
	return guard("not older than the intent, as far as the site shows times", func(c change) string {
		a, latest := c.rev().last(), c.e.Filed.Add(c.e.Within+Skew)
		if a == nil || c.e.Filed.IsZero() || !latest.Before(a.IntendedAt) || c.rev().ByHand.At.After(a.IntendedAt) {
			return "" // what a person filed by hand may be older than an attempt of ours
		}
		return fmt.Sprintf("the site took it in at %s, before the intent of %s", stamp(c.e.Filed), stamp(a.IntendedAt))
	})
}

// later keeps Lodge from asking a site again at once and for ever.
func later() Guard {
	return need("says until when, or what holds it", "it does not say until when, nor what holds it",
		func(c change) bool { return !c.e.NotBefore.IsZero() || c.e.Kind == Postponed && c.e.Hold != "" })
}

func newAttempt() Guard {
	return guard("a new attempt with the bytes of this revision; says when it settles", func(c change) string {
		a := c.e.Attempt
		switch {
		case a == nil || a.ID == "":
			return "the intent names no attempt"
		case a.IntendedAt.IsZero() || a.SettleUntil.Before(a.IntendedAt):
			return "the intent does not say when it settles"
		case a.SHA != c.rev().Object.SHA:
			return fmt.Sprintf("the attached bytes are not those of revision %d", c.rev().Number)
		case a.Sent != nil:
			return "the intent claims to know whether it was sent"
		case slices.ContainsFunc(c.s.attempts(), func(b Attempt) bool { return b.ID == a.ID }):
			return "attempt " + a.ID + " was made before"
		}
		return ""
	})
}

func leased() Guard {
	return guard("lease mine", func(c change) string {
		a, lease := c.e.Attempt, c.s.Lease
		switch {
		case lease.Owner == "" || a.Owner != lease.Owner || a.Fence != c.s.Fence:
			return fmt.Sprintf("the lease is %q's with fence %d, the attempt is %q's with %d", lease.Owner, c.s.Fence, a.Owner, a.Fence)
		case !c.e.At.Before(lease.Until):
			return "the lease ended at " + stamp(lease.Until)
		}
		return ""
	})
}

func lookedBefore() Guard {
	return guard("look-before absent", func(c change) string {
		look := c.e.Look
		switch {
		case look == nil || look.At.IsZero():
			return "nobody looked whether the carrier already holds it"
		case c.e.At.Sub(look.At) > MaxLookAge:
			return fmt.Sprintf("the look-before of %s is older than %s", stamp(look.At), MaxLookAge)
		}
		return ""
	})
}

// lookedAnew keeps the look-before from being the look again by which it was freed.
func lookedAnew() Guard {
	return guard("10 min after the last look that did not show it", func(c change) string {
		if from := c.s.SendFrom(); c.e.Look.At.Before(from) {
			return fmt.Sprintf("the look-before of %s is less than %s after the last look that did not show it", stamp(c.e.Look.At), BetweenLooks)
		}
		return ""
	})
}

func sendsLeft() Guard {
	return guard("sends within the limit", func(c change) string {
		if n := c.rev().sends(); n >= c.limits.sends() && !c.rev().goAhead() {
			return fmt.Sprintf("it was, or may have been, sent %d times already", n)
		}
		return ""
	})
}

func triesLeft() Guard {
	return guard("tries within the limit", func(c change) string {
		if n := len(c.rev().Attempts) - c.rev().Resumed; n >= c.limits.tries() {
			return fmt.Sprintf("it was tried %d times already", n)
		}
		return ""
	})
}

func sameAttempt() Guard {
	return guard("of the attempt under way, by its holder", func(c change) string {
		a, last := c.e.Attempt, c.rev().last()
		switch {
		case a == nil || last == nil || a.ID != last.ID:
			return "the event is not of the attempt under way"
		case last.Fence != c.s.Fence:
			return fmt.Sprintf("the attempt was made with fence %d, it is %d now", last.Fence, c.s.Fence)
		}
		return ""
	})
}

func saidNotSent() Guard {
	return need("says that nothing left", "the attempt does not say that nothing left",
		func(c change) bool { return c.e.Attempt.Sent != nil && !*c.e.Attempt.Sent })
}

func notSaidUnsent() Guard {
	return need("does not say that nothing left", "an answer to what was not sent proves nothing",
		func(c change) bool { return c.e.Attempt.Sent == nil || *c.e.Attempt.Sent })
}

func witnessed() Guard {
	return need("a witness besides the result page, where the carrier has one", "only the result page says so",
		func(c change) bool { return c.e.Witnessed })
}

func looked() Guard {
	return need("the site was asked", "the site was not asked",
		func(c change) bool { return c.e.Look != nil && !c.e.Look.At.IsZero() && c.e.Look.Blind == "" })
}

func settled() Guard {
	return guard("after the settle time", func(c change) string {
		if until := c.s.SettleUntil(); c.e.Look == nil || c.e.Look.At.Before(until) {
			return "what was sent may show up until " + stamp(until)
		}
		return ""
	})
}

func onlyDraft() Guard {
	return need("a draft is there", "no draft is there",
		func(c change) bool { return c.e.Receipt != nil && c.e.Receipt.State == carriers.StateDraft })
}

// absenceProven is the look-up rule: two looks of different visits, at least
// BetweenLooks apart, each after the settle time, with positive control and the
// mailbox searched, at a carrier that declares TrustAbsence.
func absenceProven() Guard {
	const wanted = "two looks of two visits, 10 min apart, each after the settle time, " +
		"with positive control and mailbox, absence trusted"
	return guard(wanted, func(c change) string {
		switch {
		case c.e.Receipt != nil:
			return "the site shows something"
		case !c.s.proves(c.e.Look):
			return "the look-up proves nothing: it was before the settle time, or lacks the positive control, the mailbox or the carrier's trust"
		}
		if !c.twice(c.s.proves) {
			return "one look-up is not enough"
		}
		return ""
	})
}

// accountedFor keeps an acceptance from being doubted for less than what it was
// believed for: another row, or a search that works and twice does not show it.
func accountedFor() Guard {
	return need("the site shows something else; or two looks of two visits, 10 min apart, with positive control, do not show it",
		"the site may just not have answered",
		func(c change) bool {
			return c.e.Receipt != nil && c.e.Receipt.State != carriers.StateDraft || c.twice(c.s.controlled)
		})
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
