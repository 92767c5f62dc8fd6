package submission

import (
	"fmt"

	"example.com/lodge/carriers"
)

// The guards of what people decide. A person's word is taken where Lodge knows
// nothing better, and never against what Lodge saw itself.

func freshLook() Guard {
	const text = "if the carrier may have it: a look-up after the settle time, within a day, with positive control, found nothing"
	return guard(text, func(c change) string {
		if !c.s.MayBeThere() {
			return ""
		}
		until := c.s.SettleUntil()
		for _, look := range c.rev().Looks {
			if c.e.At.Sub(look.At) <= FreshLook && !look.At.Before(until) {
				return ""
			}
		}
		if c.e.At.Before(until) {
			return "the carrier may have it, and need not show it before " + stamp(until)
		}
		return "the carrier may have it: no look-up of the last 24 hours proves that its site does not show it"
	})
}

func hasReceipt(state carriers.ReceiptState) Guard {
	return need("brings the carrier's word, "+string(state), "it needs the carrier's word, "+string(state),
		func(c change) bool { return c.e.Receipt != nil && c.e.Receipt.State == state })
}

// byHand asks for what makes a later look-up mean something.
func byHand() Guard {
	return guard("says that it was filed by hand, and when that settles", func(c change) string {
		switch {
		case c.e.Receipt == nil || c.e.Receipt.State != carriers.StateReceived:
			return "it does not say that the carrier's site took it in"
		case c.e.SettleUntil.IsZero():
			return "it does not say until when the site may take to show it"
		}
		return ""
	})
}

// agrees lets a person's word stand against the carrier's last one that Lodge
// saw only if it is newer: the carrier gave another number.
func agrees() Guard {
	return guard("does not contradict what Lodge saw, or brings another confirmation number", func(c change) string {
		seen := c.rev().Receipt
		final := seen.State == carriers.StateAccepted || seen.State == carriers.StateRejected
		if !final || c.rev().ToldBy != "" || seen.State == c.e.Receipt.State {
			return ""
		}
		if n := c.e.Receipt.Number; n != "" && n != seen.Number {
			return ""
		}
		return fmt.Sprintf("Lodge saw the carrier's word that it is %s: only a newer word, with another confirmation number, counts against it",
			seen.State)
	})
}

// numbered asks for a number that the carrier gave to this and to nothing else.
func numbered() Guard {
	return guard("brings a confirmation number that is not the rejection's", func(c change) string {
		switch n := c.e.Receipt.Number; n {
		case "":
			return "after a rejection it needs the carrier's confirmation number"
		case c.rev().Receipt.Number:
			return fmt.Sprintf("%s is the number of the rejection, and no confirmation", n)
		}
		return ""
	})
}

func ownNumber() Guard {
	return guard("its number is not that of another revision", func(c change) string {
		for _, r := range c.s.Revisions {
			if n := c.e.Receipt.Number; n != "" && r.Number != c.rev().Number && r.Receipt.Number == n {
				return fmt.Sprintf("%s is the number of revision %d", n, r.Number)
			}
		}
		return ""
	})
}

// told lets people take back only what people said.
func told() Guard {
	return need("that it stands there is a person's word", "Lodge saw the carrier's word itself: nobody can take it back",
		func(c change) bool { return c.rev().ToldBy != "" })
}

func free() Guard {
	return guard("no person holds it back", func(c change) string {
		if h := c.s.OnHold; !h.IsZero() {
			return fmt.Sprintf("%s holds it back since %s: %s", h.Who, stamp(h.At), h.Why)
		}
		return ""
	})
}

func onHold() Guard {
	return need("a person holds it back, and that hold is meant", "nobody holds it back",
		func(c change) bool { return c.e.Hold == HoldPerson && !c.s.OnHold.IsZero() })
}

func otherHold() Guard {
	return need("a person's hold is not meant", "nobody holds it back", func(c change) bool { return c.e.Hold != HoldPerson })
}

// keyed keeps a hold from being lost: a file that cannot be read comes back
// under its own invoice number, which is another submission.
func keyed() Guard {
	return need("its file could be read", "its file could not be read: the mended one comes under its own number; hold that one",
		func(c change) bool { return c.s.Key.Object == "" })
}
