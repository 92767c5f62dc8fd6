package browser

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/target"
)

// popups are the windows that pages have opened and that are let live.
type popups struct {
	mu    sync.Mutex
	holds int                         // how many want them to live
	live  map[target.ID]chan struct{} // closed when the window is gone
}

// opened takes note of a window and says whether it may live.
func (p *popups) opened(id target.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holds == 0 {
		return false
	}
	if p.live == nil {
		p.live = map[target.ID]chan struct{}{}
	}
	p.live[id] = make(chan struct{})
	return true
}

func (p *popups) gone(id target.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if gone, ok := p.live[id]; ok {
		close(gone)
		delete(p.live, id)
	}
}

// unhold ends one hold and returns the windows that nobody holds any more.
func (p *popups) unhold() map[target.ID]chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holds--; p.holds > 0 {
		return nil
	}
	return maps.Clone(p.live)
}

// HoldPopups lets the windows that pages open live until release is called. A
// commit may go by way of one; whoever ends the attempt releases it. release
// closes the windows that are open then, and waits for their end or ctx's.
// Without a hold a window is closed as it opens.
func (b *Browser) HoldPopups() (release func(ctx context.Context) error) {
	b.popups.mu.Lock()
	defer b.popups.mu.Unlock()
	b.popups.holds++
	var once sync.Once
	return func(ctx context.Context) (err error) {
		once.Do(func() { err = b.closePopups(ctx, b.popups.unhold()) })
		return err
	}
}

func (b *Browser) closePopups(ctx context.Context, windows map[target.ID]chan struct{}) error {
	for _, id := range slices.Sorted(maps.Keys(windows)) {
		b.closePopup(ctx, id)
	}
	for _, gone := range windows {
		select {
		case <-gone:
		case <-b.done:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// closePopup closes a window. An error says that it has gone by itself, or that
// the browser has, which others notice.
func (b *Browser) closePopup(ctx context.Context, id target.ID) {
	_, _ = call(ctx, b, target.CloseTarget, target.CloseTargetParams{TargetID: id})
}

// popup closes a window that a page has opened, unless it is held.
func (b *Browser) popup(info *target.Info) {
	if b.popups.opened(info.TargetID) {
		b.note(Popup, "opened: "+bare(info.URL))
		return
	}
	b.note(Popup, "closed: "+bare(info.URL))
	b.tasks.start(func() { b.closePopup(b.ctx, info.TargetID) })
}
