package carriertest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// site is a fresh website with one scenario, recorded or simulated.
type site interface {
	URL() string
	Pin() string
	Secrets() map[string]string
	Invoice() ledes.Invoice
	Expect() string
	Kind() string               // of the error that the visit must end with; "" if not said
	Commits() int               // irrevocable requests taken in
	Early() int                 // of these, without an intent in the ledger
	Unknown() []string          // requests that the scenario has no answer for
	Allow(intended func() bool) // tells the site how to ask whether an intent is written
}

// sentinel begins every secret of a recorded scenario, so that it can be
// searched for wherever it must not be.
const sentinel = "s3ntinel-"

// played is a recorded scenario on a server of its own.
type played struct {
	*replay
	server  *httptest.Server
	secrets map[string]string
}

func record(t *testing.T, c carriers.Carrier, s *scenario) site {
	t.Helper()
	p := &played{replay: &replay{scenario: s, allowed: func() bool { return false }}, secrets: map[string]string{}}
	for _, secret := range c.Secrets {
		p.secrets[secret.Key] = sentinel + secret.Key
	}
	p.server = httptest.NewTLSServer(p.replay)
	t.Cleanup(p.server.Close)
	return p
}

func (p *played) URL() string                { return p.server.URL }
func (p *played) Secrets() map[string]string { return p.secrets }
func (p *played) Expect() string             { return p.scenario.expect }
func (p *played) Kind() string               { return p.scenario.kind }
func (p *played) Allow(f func() bool)        { p.allowed = f }

// Pin is the server's key as Chromium's list of trusted keys wants it.
func (p *played) Pin() string {
	sum := sha256.Sum256(p.server.Certificate().RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (p *played) Commits() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

func (p *played) Early() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.early
}

func (p *played) Unknown() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unknown
}

// Invoice is the invoice that every recorded scenario is about.
func (p *played) Invoice() ledes.Invoice { return recordedInvoice() }

// recordedInvoice is INV-1 over 100.00 on the client's matter CL-1.
func recordedInvoice() ledes.Invoice {
	day := time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC)
	return ledes.Invoice{
		Number: "INV-1", ClientID: "ACME", Matter: "M-1", ClientMatter: "CL-1", LawFirmID: "12-3456789",
		Date: day, Start: day.AddDate(0, 0, -29), End: day, Total: ledes.Cents(100_00),
		Lines: []ledes.Line{{
			Number: "1", Kind: ledes.Fee, Date: day.AddDate(0, 0, -7), Units: ledes.Cents(50), UnitCost: ledes.Cents(200_00), Total: ledes.Cents(100_00),
			Task: "L120", Activity: "A104", Description: "Review of the claim file",
			Timekeeper: ledes.Timekeeper{ID: "TK1", Name: "Lee, Ann", Class: "ASSOC"},
			Matter:     "M-1", ClientMatter: "CL-1",
		}},
	}
}

// simulated is a simulated portal in a scenario.
type simulated struct{ Portal }

func (s simulated) Kind() string      { return "" }
func (s simulated) Commits() int      { return s.Submissions(s.Invoice().Number) }
func (s simulated) Early() int        { return 0 }
func (s simulated) Unknown() []string { return nil }
func (s simulated) Allow(func() bool) {}
