package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

func (a *app) portalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "portal",
		Short: "Run the simulated portal of a carrier, to click through",
		Args:  a.noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.harborCommand())
	return cmd
}

func (a *app) harborCommand() *cobra.Command {
	var addr, dir string
	cmd := &cobra.Command{
		Use:   "harbor",
		Short: "Run the portal of Harbor Mutual, which does not exist",
		Long: `Run the portal of Harbor Mutual, a carrier that does not exist, until Ctrl-C. It
keeps what was filed, its certificate and its address in its folder, and listens
on this machine only.`,
		Example: `  lodge portal harbor
  lodge portal harbor --dir demo/portal     the demo's, to see what it took in`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.harbor(cmd.Context(), addr, dir) },
	}
	cmd.Flags().StringVar(&addr, "addr", "", "loopback `address` to listen on; the last one, or a free port, unless named")
	cmd.Flags().StringVar(&dir, "dir", "portal", "`folder` of what the portal keeps")
	return cmd
}

func (a *app) harbor(ctx context.Context, addr, dir string) error {
	ctx, stopped := a.untilStopped(ctx)
	defer stopped()
	p, err := startHarbor(ctx, dir, addr)
	if err != nil {
		return err
	}
	a.showPortal(p)
	<-ctx.Done()
	return p.Close()
}

// startHarbor starts the portal at addr; without one at its last address, so
// that a lodge.yaml that names it stays right.
func startHarbor(ctx context.Context, dir, addr string) (*portal.Server, error) {
	o := harbor.Defaults(dir)
	o.Addr = addr
	if addr == "" {
		o.Addr = lastAddress(dir)
	}
	p, err := harbor.Start(ctx, o)
	if err != nil && addr == "" && o.Addr != "" && errors.Is(err, syscall.EADDRINUSE) {
		o.Addr = "" // somebody else has the port now
		p, err = harbor.Start(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	if err := keepAddress(dir, p.URL()); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (a *app) showPortal(p *portal.Server) {
	_, _ = fmt.Fprintf(a.out, `Harbor Mutual's portal is at %s
What it took in, and faults to switch on: %s/admin

Its certificate is its own. A browser warns of it once; Chromium trusts it with
  --ignore-certificate-errors-spki-list=%s
and an account in lodge.yaml with
  portal: %q
  pin: %q

`, p.URL(), p.URL(), p.Pin(), p.URL(), p.Pin())
	t := table{head: []string{"USER", "PASSWORD", "WHO"}}
	for _, u := range harbor.Users() {
		who := u.Person + ", " + u.Firm
		if u.Expired {
			who += " (the password has expired)"
		}
		t.add(u.Name, u.Password, who)
	}
	t.write(a.out, a.columns)
	_, _ = fmt.Fprintln(a.out, "\nCtrl-C ends it.")
}
