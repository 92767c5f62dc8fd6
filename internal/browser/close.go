package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// killLimit bounds how long a killed browser may take to be gone.
const killLimit = 10 * time.Second

// Close ends the browser and removes its profile. It lets the browser end by
// itself for a few seconds, kills it with all its processes otherwise, and
// waits until they are gone. It may be called more than once.
func (b *Browser) Close() error { return b.close() }

func (b *Browser) end() error {
	b.closing.Store(true)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.quit()
	}()
	timer := time.NewTimer(closeGrace + killLimit)
	defer timer.Stop()
	var stuck error
	select {
	case <-ended:
	case <-timer.C:
		stuck = errors.New("its main process is still there")
	}
	for t := range b.openTabs() {
		t.cancel()
	}
	b.wire.close()
	ctx, cancel := context.WithTimeout(context.Background(), killLimit)
	defer cancel()
	if err := errors.Join(stuck, b.profile.remove(ctx)); err != nil {
		return fmt.Errorf("browser: close: %w", err)
	}
	b.tasks.wait()
	return nil
}

// quit asks the browser to end and, if it does not, cancels its context, at
// which its whole process group is killed. It returns when it has been reaped.
func (b *Browser) quit() {
	if c := chromedp.FromContext(b.ctx); c.Browser != nil {
		ctx, cancel := context.WithTimeout(b.ctx, closeGrace)
		defer cancel()
		_ = chromedp.Cancel(ctx) // its error says only that it had to be killed
	}
	b.cancel()
}

// openTabs are the tabs that have not been closed.
func (b *Browser) openTabs() map[*Tab]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	tabs := make(map[*Tab]bool, len(b.tabs))
	for t := range b.tabs {
		tabs[t] = true
	}
	return tabs
}
