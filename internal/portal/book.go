package portal

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A Book is what a portal took in: every record, in the order of arrival. It is
// safe for use by several goroutines.
type Book struct {
	now     func() time.Time
	settle  time.Duration
	journal *journal
	onTake  func(Record)

	mu         sync.Mutex
	records    []Record
	byID       map[string]int
	unreadable int
}

func newBook(o Options) *Book {
	return &Book{now: o.Now, settle: o.Settle, byID: map[string]int{}}
}

// OnTake has f called with every record that comes through the upload form, once
// it is on the disk and before the upload is answered. It is set while the site
// is made, before anything can arrive.
func (b *Book) OnTake(f func(Record)) { b.onTake = f }

func (b *Book) apply(e entry) {
	if e.Unreadable != "" {
		b.unreadable++
	}
	if e.Record != nil {
		b.byID[e.Record.ID] = len(b.records)
		b.records = append(b.records, *e.Record)
	}
}

// An Arrival is an invoice as it comes in through the upload form.
type Arrival struct {
	Firm, Number, Client, Matter string
	Amount                       Money
	By                           string   // the person's name
	Reasons                      []string // why the portal will reject it; none: it will accept it
}

// Take takes in an invoice that was read whole, and returns once that is on the
// disk. An invoice that the firm has here already is refused as a duplicate;
// the refusal is counted too. Faults of the request in ctx mark the record.
func (b *Book) Take(ctx context.Context, a Arrival) (Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.record(a.Firm, a.Number, a.Client, a.Matter, a.Amount, a.By)
	r.Reasons, r.Verdict = a.Reasons, Accepted
	if len(a.Reasons) > 0 {
		r.Verdict = Rejected
	}
	r.DueAt = r.TakenAt.Add(b.settle)
	for _, earlier := range b.records {
		if earlier.Firm != a.Firm || earlier.Number != a.Number || !earlier.alive(r.TakenAt) {
			continue
		}
		r.Verdict, r.Reasons, r.Earlier = Duplicate, nil, earlier.ID
		r.Again = r.Again || !earlier.Hand
	}
	ex := exchangeIn(ctx)
	ex.mark(&r)
	if r.Verdict == Accepted {
		r.Confirmation = confirmation(r.ID)
	}
	if err := b.add(r); err != nil {
		return Record{}, err
	}
	ex.taken = &r
	if b.onTake != nil {
		b.onTake(r)
	}
	return r, nil
}

// A Filing is an invoice that somebody filed by hand, without the upload form.
type Filing struct {
	Firm   string        `json:"firm"`
	Number string        `json:"number"`
	Client string        `json:"client"`
	Matter string        `json:"matter"`
	Amount Money         `json:"amount"`
	By     string        `json:"by"`
	Ago    time.Duration `json:"-"`      // how long before now it was filed
	Hidden time.Duration `json:"-"`      // how long from now the history does not show it
	Reason string        `json:"reason"` // set: it was rejected for this
}

// ByHand puts an invoice into the book as if a person had filed it, whatever is
// there already. It counts apart from the uploads.
func (b *Book) ByHand(f Filing) (Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.record(f.Firm, f.Number, f.Client, f.Matter, f.Amount, f.By)
	r.Hand, r.Verdict, r.Confirmation = true, Accepted, confirmation(r.ID)
	r.TakenAt = r.TakenAt.Add(-f.Ago)
	r.DueAt, r.ListedAt = r.TakenAt, b.now().Add(f.Hidden)
	if f.Hidden == 0 {
		r.ListedAt = r.TakenAt
	}
	if f.Reason != "" {
		r.Verdict, r.Reasons, r.Confirmation = Rejected, []string{f.Reason}, ""
	}
	return r, b.add(r)
}

// Unreadable counts an upload in which no invoice could be found.
func (b *Book) Unreadable(why string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.append(entry{Unreadable: why})
}

func (b *Book) record(firm, number, client, matter string, amount Money, by string) Record {
	now := b.now()
	id := fmt.Sprintf("U-%06d", len(b.records)+1)
	return Record{ID: id, Firm: firm, Number: number, Client: client, Matter: matter, Amount: amount, By: by, TakenAt: now, ListedAt: now}
}

func (b *Book) add(r Record) error { return b.append(entry{Record: &r}) }

func (b *Book) append(e entry) error {
	if err := b.journal.append(e); err != nil {
		return err
	}
	b.apply(e)
	return nil
}

// confirmation is the number that a portal gives for the record with this id.
// The digits differ from the id's, so that one is not taken for the other.
func confirmation(id string) string {
	var n int
	if _, err := fmt.Sscanf(id, "U-%d", &n); err != nil {
		panic("portal: record id " + id)
	}
	return fmt.Sprintf("%d", 730_000+n*17)
}

// Get returns the record with this id.
func (b *Book) Get(id string) (Record, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, ok := b.byID[id]
	if !ok {
		return Record{}, false
	}
	return b.records[i], true
}

// Search returns what a firm's history shows now for a part of an invoice
// number, newest first. Refused duplicates were never in it.
func (b *Book) Search(firm, part string) []Record {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []Record
	for i := len(b.records) - 1; i >= 0; i-- {
		r := b.records[i]
		listed := r.Verdict != Duplicate && !now.Before(r.ListedAt) && (r.GoneAt.IsZero() || now.Before(r.GoneAt))
		if listed && r.Firm == firm && strings.Contains(strings.ToUpper(r.Number), strings.ToUpper(part)) {
			found = append(found, r)
		}
	}
	return found
}

// All returns every record in the order of arrival, refused duplicates too.
func (b *Book) All() []Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Record(nil), b.records...)
}
