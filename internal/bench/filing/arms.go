package filing

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/bench/scene"
)

// The arms by name.
const (
	Floor  = "floor"
	Lodge1 = "lodge-1"
	Lodge4 = "lodge-4"
	Usual  = "usual"
)

// sides is how many accounts lodge-4 works on side by side.
const sides = 4

// An arm is one way of filing.
type arm struct {
	name     string
	about    string
	accounts int
	each     func(o Options) int // invoices of one account
	prepare  func(ctx context.Context, b *stage, dir string, t task) (ready, error)
}

// remembered is how many invoices of one account are filed while memory is looked
// at. What does not grow with them need not file all.
func (a arm) remembered(o Options) int {
	if a.name == Floor || a.name == Usual {
		return min(a.each(o), 5)
	}
	return a.each(o)
}

// A task is what one run of an arm files: the invoices of each user.
type task struct {
	users  []scene.User
	prefix string
	each   int
}

// ready is a run that can begin.
type ready struct {
	command  meter.Command
	invoices []bench.Invoice
	check    func(ctx context.Context) error // what else must hold afterwards; may be nil
}

// arms are all ways, in the order in which the table shows them.
func arms() []arm {
	all := func(o Options) int { return o.Invoices }
	quarter := func(o Options) int { return max(1, o.Invoices/sides) }
	return []arm{
		{Floor, "net/http, the steps of Lodge, one login", 1, all, client("floor")},
		{Lodge1, "Lodge, one account", 1, all, lodge},
		{Lodge4, fmt.Sprintf("Lodge, %d accounts side by side, a quarter of the invoices each", sides), sides, quarter, lodge},
		{Usual, "chromedp, full Chromium, a browser and a login for each file", 1, func(o Options) int { return o.Usual }, client("usual")},
	}
}

// client prepares a client that is a part of bench and reads a job.
func client(part string) func(context.Context, *stage, string, task) (ready, error) {
	return func(_ context.Context, b *stage, dir string, t task) (ready, error) {
		list, err := scene.Papers(filepath.Join(dir, "papers"), t.prefix, t.each, nil)
		if err != nil {
			return ready{}, err
		}
		job, err := json.Marshal(bench.Job{ //nolint:gosec // the password is of a simulated portal, made for this run
			Portal: b.portal.URL, Pin: b.portal.Pin, User: t.users[0].Name, Password: t.users[0].Password,
			Pictures: dir, Invoices: list,
		})
		if err != nil {
			return ready{}, err
		}
		said, err := os.Create(filepath.Join(dir, "said.log"))
		if err != nil {
			return ready{}, err
		}
		c := meter.Command{Args: b.Self(part), Stdin: bytes.NewReader(job), Stdout: said, Stderr: said}
		return ready{command: c, invoices: list}, nil
	}
}

// lodge prepares the release's program with a folder of its own. Everything is
// on that an operator has: ledger, evidence, gate, look-ups before and after.
func lodge(ctx context.Context, b *stage, dir string, t task) (ready, error) {
	var accounts []scene.Account
	for i, u := range t.users {
		accounts = append(accounts, scene.Account{Name: fmt.Sprintf("account-%d", i+1), Portal: b.portal, User: u})
	}
	l, err := scene.Furnish(ctx, b.Lodge, filepath.Join(dir, "lodge"), accounts, len(accounts))
	if err != nil {
		return ready{}, err
	}
	var r ready
	for i, a := range accounts {
		list, err := scene.Papers(l.Inbox(a.Name), fmt.Sprintf("%s%d", t.prefix, i+1), t.each, nil)
		if err != nil {
			return ready{}, err
		}
		r.invoices = append(r.invoices, list...)
	}
	said, err := os.Create(filepath.Join(dir, "said.log"))
	if err != nil {
		return ready{}, err
	}
	r.command = l.Command(said, "run")
	r.check = func(ctx context.Context) error { return accepted(ctx, l, r.invoices) }
	return r, nil
}

// accepted checks that Lodge says of each invoice what the portal does.
func accepted(ctx context.Context, l *scene.Lodge, list []bench.Invoice) error {
	lines, err := l.Status(ctx)
	if err != nil {
		return err
	}
	states := map[string]string{}
	for _, line := range lines {
		states[line.Invoice] = line.State
		if line.Found {
			return fmt.Errorf("lodge says that invoice %s was on the site before", line.Invoice)
		}
	}
	for _, inv := range list {
		if states[inv.Number] != "accepted" {
			return fmt.Errorf("lodge says that invoice %s is %q; the portal accepted it", inv.Number, states[inv.Number])
		}
	}
	if len(lines) != len(list) {
		return fmt.Errorf("lodge tells of %d invoices; there are %d", len(lines), len(list))
	}
	return nil
}

// tail is the end of what a command said.
func tail(w io.Writer) string {
	f, ok := w.(*os.File)
	if !ok {
		return ""
	}
	b, _ := os.ReadFile(f.Name())
	return string(b[max(0, len(b)-1000):])
}
