package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/lodge/ledes"
)

// DefaultLines is how many line items an invoice has at most unless [Options] say
// otherwise.
const DefaultLines = 60

// leastLines is how many line items an invoice has at least, if it may have so many.
const leastLines = 3

// Options say what invoices are to be like. Only the month has to be named.
type Options struct {
	Month  time.Time // any moment of the month that is billed, in its own zone; from 1900 to 9999
	Lines  int       // the most line items of an invoice; 0: [DefaultLines]
	Firm   string    // the ID of one of [Firms]; "": the seed picks one, and all invoices are that firm's
	Client string    // the ID of one of [Clients], in letters of either case; "": all, by chance
	First  int       // what the number of the first invoice ends with; 0: the seed picks it
	Taxes  bool      // fees are taxed as where the firm is; such invoices can be written as LEDES 98BI only
}

// A Generator makes invoices, each of a case of its own. It is not for several goroutines
// at once; several generators are.
type Generator struct {
	seed    uint64
	month   time.Time // its first day, in UTC
	lines   int
	firm    Firm
	clients []Client
	first   int // number of an invoice
	cases   int // number of the first case
	taxes   bool
	made    int // how many invoices
}

// New returns a generator of invoices. The error says which of the options mean nothing.
func New(seed uint64, o Options) (*Generator, error) {
	g := &Generator{seed: seed, lines: o.Lines, taxes: o.Taxes, first: o.First}
	chosen := g.stream(choices, 0)
	g.firm = pick(chosen, firms[:])
	g.cases = between(chosen, 101, 89_999)
	if first := between(chosen, 1001, 8999); g.first == 0 {
		g.first = first
	}
	if g.lines == 0 {
		g.lines = DefaultLines
	}
	if g.lines < 0 || g.first < 0 {
		return nil, fmt.Errorf("%d line items and the first number %d: neither may be negative", o.Lines, o.First)
	}
	year, month, _ := o.Month.Date()
	if year < 1900 || year > 9999 {
		return nil, fmt.Errorf("the month %s is not between the years 1900 and 9999", o.Month.Format("2006-01"))
	}
	g.month = time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	if err := g.named(o); err != nil {
		return nil, err
	}
	return g, nil
}

// named takes the firm and the client that o names.
func (g *Generator) named(o Options) error {
	g.clients = Clients()
	if o.Client != "" {
		i := slices.IndexFunc(g.clients, func(c Client) bool { return strings.EqualFold(c.ID, o.Client) })
		if i < 0 {
			return fmt.Errorf("there is no client %q", o.Client)
		}
		g.clients = g.clients[i : i+1]
	}
	if o.Firm != "" {
		i := slices.IndexFunc(firms[:], func(f Firm) bool { return f.ID == o.Firm })
		if i < 0 {
			return fmt.Errorf("there is no firm with the id %q", o.Firm)
		}
		g.firm = firms[i]
	}
	return nil
}

// Next makes the next invoice. Its number tells the firm and the month and counts up.
func (g *Generator) Next() ledes.Invoice {
	n := g.made
	g.made++
	m := g.matter(n)
	last := g.month.AddDate(0, 1, -1)
	inv := ledes.Invoice{
		Number:        fmt.Sprintf("%s-%s-%04d", g.firm.letters, g.month.Format("0601"), g.first+n),
		ClientID:      m.client.ID + "-" + m.line.code,
		Matter:        m.id,
		ClientMatter:  m.claim,
		LawFirmID:     g.firm.ID,
		Description:   m.title + ": professional services through " + last.Format("January 2, 2006"),
		Date:          last,
		Start:         g.month,
		End:           last,
		Lines:         g.items(n, m),
		International: m.international(g.firm),
	}
	inv.Complete()
	return inv
}

// What a stream is for; that of a month's work is the month's number, which is larger.
const (
	choices = iota // of the generator itself
	matters
)

// stream is a source of chance of its own: what it gives rests on the seed and on what it is
// for, and not on what was drawn before.
func (g *Generator) stream(purpose, n int) *rand.Rand {
	return rand.New(rand.NewPCG(g.seed, uint64(purpose)<<32|uint64(n))) //nolint:gosec // invented work, the same on every machine
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// between is a number from least to most.
func between(random *rand.Rand, least, most int) int { return least + random.IntN(most-least+1) }

// A deck deals what it was made of in a random order, again and again.
type deck[T any] struct {
	random *rand.Rand
	cards  []T
	dealt  int
}

func (d *deck[T]) deal() T {
	at := d.dealt % len(d.cards)
	if at == 0 {
		d.random.Shuffle(len(d.cards), func(i, j int) { d.cards[i], d.cards[j] = d.cards[j], d.cards[i] })
	}
	d.dealt++
	return d.cards[at]
}
