package browser

import (
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// waiting is what a tab's pages have asked the network for and have not got yet.
type waiting struct {
	mu   sync.Mutex
	open map[network.RequestID]bool
}

// event takes note of what happened in the tab. It is called in the order of the
// events and never blocks.
func (w *waiting) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		if w.open == nil {
			w.open = map[network.RequestID]bool{}
		}
		w.open[e.RequestID] = true
	case *network.EventLoadingFinished:
		delete(w.open, e.RequestID)
	case *network.EventLoadingFailed:
		delete(w.open, e.RequestID)
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" { // what the document before waited for went with it
			for id := range w.open {
				if string(id) != string(e.Frame.LoaderID) {
					delete(w.open, id)
				}
			}
		}
	}
}

// any says whether something is waited for.
func (w *waiting) any() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.open) > 0
}

// busy says whether a page of any tab waits for something from the network.
func (b *Browser) busy() bool {
	for t := range b.openTabs() {
		if t.waiting.any() {
			return true
		}
	}
	return false
}
