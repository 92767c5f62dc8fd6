package harbor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/portal"
	"example.com/lodge/ledes"
)

// A Simulation is the portal as the conformance kit of carriers drives it: put
// into the state of a scenario, asked what happened to its one invoice.
//
// Its address and its pin stay the same from scenario to scenario. It is driven
// from one goroutine; only [Simulation.Allow] may be called from another.
type Simulation struct {
	ctx      context.Context
	dir      string
	addr     string
	server   *portal.Server
	password string
	wrong    bool // the secrets have a password that the portal refuses
	invoice  carriers.Invoice
	allowed  atomic.Bool
	early    atomic.Bool
	runs     int
}

// NewSimulation makes a simulation that keeps its files below dir. Nothing runs
// before [Simulation.Scenario]; it ends with ctx or [Simulation.Close].
func NewSimulation(ctx context.Context, dir string) *Simulation {
	return &Simulation{ctx: ctx, dir: dir, password: "sim-" + rand.Text()}
}

// An arrangement brings a fresh portal into the state of a scenario.
type arrangement func(s *Simulation) error

// arrangements are the scenarios by name: those that every carrier must pass,
// and two more.
func arrangements() map[string]arrangement {
	fault := func(faults ...portal.Fault) arrangement {
		return func(s *Simulation) error {
			_, err := s.server.Faults().Add(faults...)
			return err
		}
	}
	const hour = portal.Duration(time.Hour)
	return map[string]arrangement{
		"accepted":      func(*Simulation) error { return nil },
		"rejected":      func(s *Simulation) error { return s.write(ClosedMatter) },
		"bad-password":  func(s *Simulation) error { s.wrong = true; return nil },
		"down":          fault(portal.Fault{What: portal.Down}),
		"unreadable":    fault(portal.Fault{What: portal.UnknownAfter}),
		"nothing-found": fault(portal.Fault{What: portal.Lag, For: hour}),
		"duplicate":     func(s *Simulation) error { return s.byHand(time.Hour) },
		"found":         func(s *Simulation) error { return s.byHand(0) },
		"processing":    fault(portal.Fault{What: portal.Late, For: hour}),
	}
}

// Scenarios are the names that [Simulation.Scenario] knows, sorted.
func (s *Simulation) Scenarios() []string {
	var names []string
	for name := range arrangements() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Scenario ends the portal that runs, if any, and starts a fresh one in the
// state that the name stands for. In all of them the history holds invoices of
// other numbers, some of which contain this one's.
func (s *Simulation) Scenario(name string) error {
	arrange, ok := arrangements()[name]
	if !ok {
		return fmt.Errorf("harbor: no scenario %q; there are %s", name, strings.Join(s.Scenarios(), ", "))
	}
	if err := s.Close(); err != nil {
		return err
	}
	s.runs++
	s.wrong = false
	s.allowed.Store(false)
	s.early.Store(false)
	o := portal.Options{
		Dir:   filepath.Join(s.dir, fmt.Sprintf("%d-%s", s.runs, name)),
		Keys:  s.dir,
		Addr:  s.addr,
		Users: []portal.User{{Name: "sim.user", Password: s.password, Person: "Sim User", Firm: "Simulated LLP"}},
	}
	server, err := portal.Start(s.ctx, o, func(d portal.Desk) (portal.Site, error) {
		d.Book.OnTake(func(portal.Record) {
			if !s.allowed.Load() {
				s.early.Store(true)
			}
		})
		return newSite(d, o.Users)
	})
	if err != nil {
		return err
	}
	s.server, s.addr = server, strings.TrimPrefix(server.URL(), "https://")
	if err := errors.Join(s.write("CLM-20419"), s.others()); err != nil {
		return err
	}
	return arrange(s)
}

// write makes the invoice, and its file, to a matter.
func (s *Simulation) write(matter string) error {
	total, err := ledes.ParseAmount("1250.00")
	if err != nil {
		return err
	}
	s.invoice = carriers.Invoice{
		Number: "INV-1", ClientID: Clients()[0].ID, Matter: "F-77", ClientMatter: matter,
		Date: time.Now().UTC().Truncate(24 * time.Hour), Total: total, Format: ledes.LEDES1998B,
		Path: filepath.Join(s.dir, "INV-1.txt"),
	}
	return os.WriteFile(s.invoice.Path, []byte(sample(s.invoice)), 0o600)
}

// sample is a LEDES 1998B file of one line item for inv.
func sample(inv carriers.Invoice) string {
	day := inv.Date.Format("20060102")
	return "LEDES1998B[]\r\n" +
		"INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|INVOICE_DESCRIPTION|" +
		"LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|LINE_ITEM_TOTAL|LINE_ITEM_DATE|" +
		"LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|" +
		"LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID[]\r\n" +
		strings.Join([]string{
			day, inv.Number, inv.ClientID, inv.Matter, "1250.00", day, day, "Services rendered",
			"1", "F", "5.00", "0", "1250.00", day, "L110", "", "A103", "TK-1", "Draft answer to complaint", "12-3456789",
			"250.00", "Moor, Ada", "PARTNR", inv.ClientMatter,
		}, "|") + "[]\r\n"
}

// others fills the history with invoices that are not ours.
func (s *Simulation) others() error {
	for i := range 12 {
		if _, err := s.file(fmt.Sprintf("INV-1%d", i), "CLM-20501", time.Duration(24+i)*time.Hour, 0); err != nil {
			return err
		}
	}
	return nil
}

// byHand files our invoice by hand, three hours ago, out of the history's sight
// for as long as hidden says.
func (s *Simulation) byHand(hidden time.Duration) error {
	_, err := s.file(s.invoice.Number, s.invoice.ClientMatter, 3*time.Hour, hidden)
	return err
}

func (s *Simulation) file(number, matter string, ago, hidden time.Duration) (portal.Record, error) {
	return s.server.Book().ByHand(portal.Filing{
		Firm: "Simulated LLP", Number: number, Client: s.invoice.ClientID, Matter: matter,
		Amount: 1250_0000, By: "Hand Filer", Ago: ago, Hidden: hidden,
	})
}

// URL is the portal's address, https, without a path.
func (s *Simulation) URL() string { return s.server.URL() }

// Pins are the keys that a browser must trust to open the portal.
func (s *Simulation) Pins() []string { return []string{s.server.Pin()} }

// Secrets are the credentials that the scenario is visited with, by the keys
// that the carrier declares. The password is found nowhere by chance.
func (s *Simulation) Secrets() map[string]string {
	password := s.password
	if s.wrong {
		password = "wrong-" + s.password
	}
	return map[string]string{"username": "sim.user", "password": password}
}

// Invoice is the invoice to file or to look for. Its file is there.
func (s *Simulation) Invoice() carriers.Invoice { return s.invoice }

// Allow says that the commit may leave from now on: the gate has written the
// intent. An upload that was taken in before is [Simulation.Early].
func (s *Simulation) Allow() { s.allowed.Store(true) }

// Early says whether an upload was taken in before [Simulation.Allow].
func (s *Simulation) Early() bool { return s.early.Load() }

// Commits counts the uploads that were taken in since the scenario began,
// those that were refused included.
func (s *Simulation) Commits() int { return s.server.Counts().Uploads }

// Confirmation is the number that the portal gave our invoice, whether or not
// it told anybody; "" if it gave none.
func (s *Simulation) Confirmation() string {
	var number string
	for _, r := range s.server.Book().All() {
		if r.Number == s.invoice.Number && r.Confirmation != "" {
			number = r.Confirmation
		}
	}
	return number
}

// Server is the portal that runs, for what no scenario foresees.
func (s *Simulation) Server() *portal.Server { return s.server }

// Close ends the portal that runs.
func (s *Simulation) Close() error {
	if s.server == nil {
		return nil
	}
	return s.server.Close()
}
