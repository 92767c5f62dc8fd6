// Package scene sets up what is measured: simulated portals in processes of
// their own, invoices, and an installation of Lodge that files them.
package scene

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"example.com/lodge/internal/demo"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

// A User may log in to a portal. Each is of a firm of its own, since a portal
// keeps invoice numbers apart by firm.
type User struct{ Name, Password, Firm string }

// NewUser makes a user with a password that is nowhere by chance.
func NewUser(name string) User {
	return User{Name: name, Password: "bench-" + rand.Text(), Firm: "Firm of " + name}
}

// A setting is what a portal's process is told on its standard input.
type setting struct {
	Dir   string
	Users []User
}

// An address is what a portal's process tells on its standard output.
type address struct{ URL, Pin string }

// A Portal is a simulated portal in a process of its own, so that what it costs
// is not counted with what files there.
type Portal struct {
	*demo.Office
	URL, Pin string
	Users    []User

	cmd  *exec.Cmd
	hold io.Closer // its standard input: the portal ends with it
}

// endAfter is how long a portal may take to end.
const endAfter = 10 * time.Second

// StartPortal starts serve, a command line of a program that calls [ServePortal],
// with users and its files in dir.
func StartPortal(ctx context.Context, serve []string, dir string, users []User) (*Portal, error) {
	cmd := exec.CommandContext(ctx, serve[0], serve[1:]...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	cmd.Cancel, cmd.WaitDelay = in.Close, endAfter
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	p := &Portal{Users: users, cmd: cmd, hold: in}
	var at address
	err = json.NewEncoder(in).Encode(setting{dir, users})
	if err == nil {
		err = json.NewDecoder(out).Decode(&at)
	}
	if err == nil {
		p.URL, p.Pin = at.URL, at.Pin
		p.Office, err = demo.NewOffice(at.URL, dir)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("portal: %w", err), p.Close())
	}
	return p, nil
}

// Close ends the portal and waits for its process.
func (p *Portal) Close() error {
	_ = p.hold.Close() // closed already if the context has ended
	return p.cmd.Wait()
}

// ServePortal is a portal's process: it serves what it reads on in, tells its
// address on out, and ends when in does.
func ServePortal(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lines := json.NewDecoder(in)
	var s setting
	if err := lines.Decode(&s); err != nil {
		return fmt.Errorf("portal: %w", err)
	}
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, in) // whoever started it has ended, or wants it to
	}()
	o := harbor.Defaults(s.Dir)
	o.Users = nil
	for _, u := range s.Users {
		o.Users = append(o.Users, portal.User{Name: u.Name, Password: u.Password, Person: u.Name, Firm: u.Firm})
	}
	var told error
	err := harbor.Run(ctx, o, func(p *portal.Server) { told = json.NewEncoder(out).Encode(address{p.URL(), p.Pin()}) })
	return errors.Join(err, told)
}
