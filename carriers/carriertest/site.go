package carriertest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// A Simulation is a simulated portal that a test hands to the kit. It is driven
// by one scenario at a time; only Allow is called from another goroutine.
type Simulation interface {
	Scenario(name string) error // a fresh portal in the state of a required scenario
	Close() error

	URL() string                // https, on loopback
	Pins() []string             // base64 SHA-256 of its certificates' keys
	Secrets() map[string]string // by the carrier's keys
	Invoice() carriers.Invoice  // the one to file; its file is there

	Allow()       // from now on the irrevocable request may come: the intent is written
	Early() bool  // it came before
	Commits() int // how often it came, by the portal's own count
}

// site is a fresh website with one scenario, recorded or simulated.
type site interface {
	URL() string
	Pins() []string
	Secrets() map[string]string
	File() ([]byte, error) // the invoice's, LEDES
	Allow()
	Early() bool
	Commits() int
	Unknown() []string // requests that nothing answers, for who mends the scenario
	Want() want
}

// want is how a scenario must end.
type want struct {
	states       []string // of the submission: one of these
	confirmation string   // "*" is any; "" is not asked for
	kind         string   // of the Site's last error; "" is not asked for
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

func play(t *testing.T, c carriers.Carrier, s *scenario) site {
	t.Helper()
	p := &played{replay: &replay{scenario: s}, secrets: map[string]string{}}
	for _, secret := range c.Secrets {
		p.secrets[secret.Key] = sentinel + secret.Key
	}
	p.server = httptest.NewTLSServer(p.replay)
	t.Cleanup(p.server.Close)
	return p
}

func (p *played) URL() string                { return p.server.URL }
func (p *played) Secrets() map[string]string { return p.secrets }
func (p *played) Want() want                 { return p.scenario.want }

// Pins is the server's key as Chromium's list of trusted keys wants it.
func (p *played) Pins() []string {
	sum := sha256.Sum256(p.server.Certificate().RawSubjectPublicKeyInfo)
	return []string{base64.StdEncoding.EncodeToString(sum[:])}
}

// File is an invoice of one line item with the facts that the scenario tells.
func (p *played) File() ([]byte, error) {
	facts := p.scenario.invoice
	total, err := ledes.ParseAmount(cmp.Or(facts["total"], "100.00"))
	if err != nil {
		return nil, fmt.Errorf("scenario %s: total: %w", p.scenario.name, err)
	}
	matter := cmp.Or(facts["matter"], "CL-1")
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -3)
	var file bytes.Buffer
	err = ledes.Write(&file, ledes.Invoice{
		Number: cmp.Or(facts["number"], "INV-1"), ClientID: cmp.Or(facts["client"], "CLIENT"), Matter: "M-1", ClientMatter: matter,
		LawFirmID: "12-3456789", Date: day, Start: day.AddDate(0, 0, -29), End: day, Total: total,
		Lines: []ledes.Line{{
			Number: "1", Kind: ledes.Fee, Date: day.AddDate(0, 0, -7), Units: ledes.Cents(1_00), UnitCost: total, Total: total,
			Task: "L120", Activity: "A104", Description: "Review of the claim file",
			Timekeeper: ledes.Timekeeper{ID: "TK-1", Name: "Moor, Ada", Class: "PARTNR"},
			Matter:     "M-1", ClientMatter: matter,
		}},
	})
	return file.Bytes(), err
}

// simulated is a simulated portal in a scenario.
type simulated struct {
	Simulation
	name string
}

// File is the simulation's own.
func (s simulated) File() ([]byte, error) { return os.ReadFile(s.Invoice().Path) }

// Unknown is not told by a simulated portal, which knows all its addresses.
func (s simulated) Unknown() []string { return nil }

// Want is the same for the simulated portals of all carriers: what the site
// holds decides, whatever its pages look like.
func (s simulated) Want() want {
	return map[string]want{
		"accepted":      {states: []string{"accepted"}, confirmation: "*"},
		"bad-password":  {states: []string{"ready"}, kind: string(carriers.Credentials)},
		"down":          {states: []string{"ready"}, kind: string(carriers.Unavailable)},
		"duplicate":     {states: []string{"uncertain"}, kind: string(carriers.Duplicate)},
		"nothing-found": {states: []string{"submitted"}},
		"rejected":      {states: []string{"rejected"}, kind: string(carriers.Rejected)},
		"unreadable":    {states: []string{"accepted"}, kind: string(carriers.SiteChanged)}, // a look-up settles it
	}[s.name]
}

// simulate makes a simulated portal for one check.
type simulate func(ctx context.Context, dir string) Simulation

func (s simulate) start(t *testing.T, name string) site {
	t.Helper()
	sim := s(t.Context(), t.TempDir())
	t.Cleanup(func() { check(t, sim.Close()) })
	check(t, sim.Scenario(name))
	return simulated{sim, name}
}

// facts reads "number=INV-1 client=ACME …".
func facts(line string) map[string]string {
	m := map[string]string{}
	for f := range strings.FieldsSeq(line) {
		k, v, _ := strings.Cut(f, "=")
		m[k] = v
	}
	return m
}
