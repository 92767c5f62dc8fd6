package visit

import (
	"cmp"
	"context"

	"example.com/lodge/carriers"
)

// openTab gives the attempt a tab: the one in which the last look-up was made,
// or a new one. Each new tab costs the browser as much as a page.
func (a *attempt) openTab(ctx context.Context) error {
	a.tab, a.spare = a.spare, nil
	if a.tab != nil {
		return nil
	}
	return a.newTab(ctx)
}

func (a *attempt) newTab(ctx context.Context) error {
	tab, err := a.freshTab(ctx)
	if err == nil {
		a.tab = tab
	}
	return err
}

// freshTab opens a tab; in a rehearsal its steps are told.
func (s *session) freshTab(ctx context.Context) (Tab, error) {
	tab, err := s.window.Tab(ctx)
	if err != nil {
		return nil, carriers.Errorf(carriers.Unavailable, "account %s: %w", s.Account.Name, err)
	}
	if s.stage != nil {
		s.stage.told.watch(tab)
	}
	return tab, nil
}

// leaveTab keeps the tab for the next submission if nothing but look-ups were
// made in it, and closes any other.
func (a *attempt) leaveTab(ctx context.Context, err error) {
	if err == nil && !a.filled {
		a.spare = a.tab
		return
	}
	a.closeTab(ctx, a.tab)
}

// changeTab ends the attempt in the browser and goes on in a new tab, since the
// old one may hold a page that would send the invoice again. The new one is
// opened, and look called, while the browser is still watched for what that page
// had begun. looked says that look was called, and that nothing came in its way.
func (a *attempt) changeTab(ctx context.Context, look func()) (looked bool, err error) {
	old := a.tab
	a.tab = nil
	var opened error
	failed := func() int { return 0 }
	err = a.finish(ctx, func() {
		if opened = a.newTab(ctx); opened == nil {
			failed = a.window.Gate().Follow(a.tab.Has)
			look()
			looked = true
		}
	})
	a.closeTab(ctx, old)
	if a.tab == nil {
		a.tab = old // closed; whoever asks it is told
		return false, cmp.Or(err, opened)
	}
	a.traced(old)
	a.filled = false
	return looked && failed() == 0, err
}
