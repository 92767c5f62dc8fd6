package portal

// Counts is a portal's own count of what it took in, at one moment.
type Counts struct {
	Invoices     map[string]InvoiceCount `json:"invoices"`      // by invoice number
	Uploads      int                     `json:"uploads"`       // taken in through the form, later refusals included
	Processing   int                     `json:"processing"`    // uploads
	Accepted     int                     `json:"accepted"`      // uploads
	Refused      int                     `json:"refused"`       // uploads, duplicates included
	ByHand       int                     `json:"by_hand"`       // filed by somebody without the form; not in Uploads
	Duplicates   int                     `json:"duplicates"`    // invoices sent again while an earlier upload was alive
	Unreadable   int                     `json:"unreadable"`    // uploads without an invoice in them; not in Uploads
	Logins       int                     `json:"logins"`        //
	FailedLogins int                     `json:"failed_logins"` // wrong passwords, locked users
	Tracker      int64                   `json:"tracker"`       // requests to the third party since the start
}

// An InvoiceCount is the count of one invoice number.
type InvoiceCount struct {
	Uploads    int `json:"uploads"` // taken in through the form, later refusals included
	Processing int `json:"processing"`
	Accepted   int `json:"accepted"`
	Refused    int `json:"refused"` // duplicates included
	Duplicate  int `json:"duplicate"`
	Again      int `json:"again"` // uploads that came while an earlier upload was alive
	ByHand     int `json:"by_hand"`
}

// Counts is the count at this moment, without logins and the third party.
func (b *Book) Counts() Counts {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	c := Counts{Invoices: map[string]InvoiceCount{}, Unreadable: b.unreadable}
	for _, r := range b.records {
		n := c.Invoices[r.Number]
		n.add(r, r.Status(now))
		c.Invoices[r.Number] = n
	}
	for _, n := range c.Invoices {
		c.Uploads += n.Uploads
		c.Processing += n.Processing
		c.Accepted += n.Accepted
		c.Refused += n.Refused
		c.ByHand += n.ByHand
		if n.Again > 0 {
			c.Duplicates++
		}
	}
	return c
}

func (n *InvoiceCount) add(r Record, s Status) {
	if r.Hand {
		n.ByHand++
		return
	}
	n.Uploads++
	if r.Again {
		n.Again++
	}
	switch s {
	case Processing:
		n.Processing++
	case Accepted:
		n.Accepted++
	case Duplicate:
		n.Duplicate++
		n.Refused++
	case Rejected:
		n.Refused++
	}
}
