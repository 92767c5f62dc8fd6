package campaign

import (
	"fmt"
	"sync"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/ledes"
)

// portal is the model of a carrier's website. Its own book is the judge: nothing
// in Lodge is asked what was filed.
type portal struct {
	w *World

	mu      sync.Mutex
	rows    []*row
	filed   int
	broken  []tally.Breach // what broke the promise
	refused map[int]int
	expired bool // the password of now
	looks   map[string]time.Duration

	darkened, dark time.Duration   // from when and until when the history shows nothing
	groped         time.Duration   // when somebody looked into the dark last
	unseen         map[string]bool // by the last look-up of an invoice
	lagging        map[string]spell
	beyond         map[string]int // doubles that Lodge could not know of
}

// row is one line of the portal's book.
type row struct {
	invoice string
	amount  ledes.Amount
	content string // hash of the file
	number  string // confirmation
	by      string
	at      time.Time
	shown   time.Time // in the history, from then on
	words   []word    // in the order of time
	missed  int       // times that the history did not show it though it did before
}

// word is the carrier's word about a row from a time on.
type word struct {
	from  time.Time
	state carriers.ReceiptState
	text  string
}

func newPortal(w *World) *portal {
	return &portal{w: w, refused: map[int]int{}, looks: map[string]time.Duration{}, unseen: map[string]bool{},
		lagging: map[string]spell{}, beyond: map[string]int{}}
}

// state is the carrier's word at a time.
func (r *row) state(at time.Time) word {
	said := r.words[0]
	for _, next := range r.words {
		if !next.from.After(at) {
			said = next
		}
	}
	return said
}

func (r *row) live(at time.Time) bool { return r.state(at).state != carriers.StateRejected }

// take takes an upload in, of a program, or of a person (nil). What people file by
// hand shows at once: of what shows later and nobody tells Lodge cannot know.
func (p *portal) take(invoice string, amount ledes.Amount, content string, who *process) *row {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, by, lodge := p.w.wall(), person, who != nil
	if lodge {
		by = who.id
	}
	for _, r := range p.rows {
		if r.invoice == invoice && r.live(now) && lodge {
			if r.by == person && (r.at.Sub(p.w.begun) > p.looks[invoice] || p.hidden(invoice)) {
				p.beyond[invoice]++
				continue
			}
			p.breaks(tally.Duplicate, fmt.Sprintf("invoice %s came again at %s by %s; the portal holds it since %s by %s",
				invoice, p.w.now(), by, r.at.Sub(p.w.begun), r.by))
		}
	}
	p.filed++
	r := &row{invoice: invoice, amount: amount, content: content, by: by, at: now, shown: now, number: fmt.Sprint(730000 + 17*len(p.rows))}
	r.words = p.fate(now)
	if lodge && who.fails(historyLags) {
		r.shown = now.Add(p.lag(who))
	}
	p.rows = append(p.rows, r)
	if lodge {
		p.meddled(r)
	}
	p.w.story.tell(p.w.now(), "PORTAL takes %s in by %s as %s: %s, shown from %s", invoice, by, r.number, r.words, r.shown.Sub(p.w.begun))
	return r
}

// hidden says whether what somebody filed without a word could not be seen.
func (p *portal) hidden(invoice string) bool {
	return p.unseen[invoice] && (p.w.now() < p.lagging[invoice].until+time.Hour || p.w.unknowable(invoice, p.darkened))
}

func (w word) String() string { return string(w.state) }

// lag is how long the history takes to show a row: no longer than declared.
func (p *portal) lag(who *process) time.Duration {
	least := time.Minute
	if p.w.sluggish > 1 {
		least = p.w.settles * 3 / 4
	}
	return who.chance.between("history lag", least, p.w.settles-time.Minute)
}

// holds puts a row into the book that the carrier accepted long ago.
func (p *portal) holds(invoice string, f filed) *row {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.w.begun.Add(-30 * 24 * time.Hour)
	r := &row{invoice: invoice, amount: f.total, content: f.object.SHA, number: "729999", by: person, at: at, shown: at,
		words: []word{{at, carriers.StateAccepted, "Accepted"}}}
	p.rows = append(p.rows, r)
	return r
}

// person files by hand.
const person = "ann"

// mayRefuse is how often a password may be refused before a person looks: the answer
// to the first may have been lost with its program.
const mayRefuse = 2

// fate is what the carrier will say of what it takes in now.
func (p *portal) fate(now time.Time) []word {
	accepted, rejected := carriers.StateAccepted, carriers.StateRejected
	if p.w.calm {
		return []word{{now, accepted, "Accepted"}}
	}
	checked := now.Add(p.w.chance.between("checks", time.Minute, 6*time.Hour))
	n := p.w.chance.pick("fate", 12)
	switch {
	case p.w.sluggish > 1:
		n = max(n, 1) // what is refused can be filed again, and nothing is learned from that
	case p.w.strict:
		n /= 3
	}
	switch n {
	case 0:
		return []word{{now, rejected, "Matter is closed"}}
	case 1, 2:
		return []word{{now, carriers.StateReceived, "Processing"}, {checked, accepted, "Accepted"}}
	case 3:
		return []word{{now, carriers.StateReceived, "Processing"}, {checked, rejected, "Rate exceeds the guideline"}}
	}
	return []word{{now, accepted, "Accepted"}}
}

// quiet says whether nobody has looked an invoice up of late: a person who files
// by hand beside an attempt under way is nothing that Lodge could prevent.
func (p *portal) quiet(invoice string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, looked := p.looks[invoice]
	return !looked || p.w.now()-last > 20*time.Minute
}

// standing is what the portal holds of an invoice now.
func (p *portal) standing(invoice string) (live, rejected []*row) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rows {
		switch {
		case r.invoice != invoice:
		case r.live(p.w.wall()):
			live = append(live, r)
		default:
			rejected = append(rejected, r)
		}
	}
	return live, rejected
}

// login judges a password by its version. What was refused is counted: carriers
// lock accounts.
func (p *portal) login(who *process, version int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.expired {
		return nil
	}
	who.meets(passwordExpires)
	p.refused[version]++
	p.w.story.tell(p.w.now(), "PORTAL refuses the login with password %d, time %d", version, p.refused[version])
	if n := p.refused[version]; n > mayRefuse {
		p.breaks(tally.Login, fmt.Sprintf("password %d was refused %d times", version, n))
	}
	return carriers.Errorf(carriers.Credentials, "user name or password is not right")
}

func (p *portal) expire(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expired = yes
}
