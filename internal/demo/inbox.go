// Package demo makes what the demonstration works on: a law firm's inbox with 24
// invoices, and the questions that are put to the simulated portal about them.
package demo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/ledes"
)

// A File is one file of the inbox.
type File struct {
	Name  string
	Bytes []byte
}

// Size is how many files the inbox has: three months of eight matters.
const Size = 3 * 8

// The places of the invoices with which something is wrong. All others are clean.
const (
	closedMatter = 6  // on a matter that the carrier has closed
	unapproved   = 13 // by somebody of whom the carrier knows no rate
	byHand       = 17 // filed on the portal by a colleague before
	malformed    = 21 // a narrative with the sign that separates fields
)

// Inbox returns the files, in the order of their invoices' numbers. They are the
// same for every day of a month: the invoices are of the three months before.
func Inbox(day time.Time) ([]File, error) {
	var files []File
	for i, inv := range invoices(day) {
		var b bytes.Buffer
		if err := ledes.Write(&b, inv); err != nil {
			return nil, fmt.Errorf("demo: invoice %s: %w", inv.Number, err)
		}
		text := b.Bytes()
		if i == malformed {
			text = bytes.Replace(text, []byte(" and "), []byte(" | "), 1)
		}
		files = append(files, File{inv.Number + ".txt", text})
	}
	return files, nil
}

// ByHand is the invoice that somebody filed on the portal before.
func ByHand(day time.Time) ledes.Invoice { return invoices(day)[byHand] }

// invoices are all invoices of the inbox, before one of the files is spoilt.
func invoices(day time.Time) []ledes.Invoice {
	random := rand.New(rand.NewPCG(1998, 24)) //nolint:gosec // invented work, the same on every machine
	month := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	var list []ledes.Invoice
	for ago := 3; ago >= 1; ago-- {
		for _, m := range matters() {
			inv := invoice(random, m, month.AddDate(0, -ago, 0))
			inv.Number = fmt.Sprintf("MQ-%d", 10401+len(list))
			list = append(list, inv)
		}
	}
	list[closedMatter].ClientMatter = harbor.ClosedMatter
	for i := range list[closedMatter].Lines {
		list[closedMatter].Lines[i].ClientMatter = harbor.ClosedMatter
	}
	list[unapproved].Lines[1].Timekeeper = ledes.Timekeeper{ID: harbor.UnapprovedTimekeeper, Name: "Finch, Morgan", Class: "ASSOC"}
	return list
}

// Work returns an invoice for a month's work on one of the firm's matters, of
// which nothing has to be refused: for whoever needs more of them than an inbox
// has.
func Work(random *rand.Rand, number string, month time.Time) ledes.Invoice {
	inv := invoice(random, pick(random, matters()), month)
	inv.Number = number
	return inv
}

// invoice is one month's work on a matter.
func invoice(random *rand.Rand, m matter, month time.Time) ledes.Invoice {
	last := month.AddDate(0, 1, -1)
	inv := ledes.Invoice{
		ClientID: m.client, Matter: m.ours, ClientMatter: m.claim, LawFirmID: "43-2987655",
		Description: fmt.Sprintf("%s: services in %s", m.title, month.Format("January 2006")),
		Date:        last, Start: month, End: last,
	}
	for n := range 5 + random.IntN(6) {
		line := fee(random, m)
		if n%4 == 3 {
			line = expense(random)
		}
		line.Number = fmt.Sprint(n + 1)
		line.Date = month.AddDate(0, 0, random.IntN(last.Day()))
		line.Matter, line.ClientMatter = inv.Matter, inv.ClientMatter
		line.Total, _ = line.Units.Mul(line.UnitCost)
		inv.Total = inv.Total.Add(line.Total)
		inv.Lines = append(inv.Lines, line)
	}
	return inv
}

func fee(random *rand.Rand, m matter) ledes.Line {
	w := pick(random, works())
	k := pick(random, keepers())
	return ledes.Line{
		Kind: ledes.Fee, Units: ledes.Cents(int64(10 * (2 + random.IntN(35)))), UnitCost: ledes.Cents(k.rate),
		Task: w.task, Activity: w.activity, Timekeeper: k.Timekeeper,
		Description: strings.ReplaceAll(w.text, "PARTY", m.party),
	}
}

func expense(random *rand.Rand) ledes.Line {
	e := pick(random, expenses())
	return ledes.Line{
		Kind: ledes.Expense, Units: ledes.Cents(int64(100 * (1 + random.IntN(e.most)))), UnitCost: ledes.Cents(e.price),
		Expense: e.code, Timekeeper: keepers()[0].Timekeeper, Description: e.text,
	}
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }
