package browser

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// worldName is the world of the locator engine in each document.
const worldName = "lodge"

// documents follows which document a tab shows, by the tab's events.
type documents struct {
	mu      sync.Mutex
	changed chan struct{} // closed, and made anew, at every change

	frame cdp.FrameID // the main frame
	url   string
	world string // the engine's execution context in the document; "" while there is none

	count  int                  // documents so far
	number map[cdp.LoaderID]int // which of them a loader made
	parsed int                  // the latest of them that is parsed
	early  cdp.LoaderID         // of a document that was parsed before it was told of
	leave  departure            // whether the tab is on its way to another
	next   cdp.LoaderID         // what it will come from, when leaving
}

// A departure is how far a tab is on its way to another document.
type departure int

const (
	staying departure = iota
	asked             // the page wants to leave; it may be kept from it without another event
	leaving           // the browser is at it, and will say how it ends
)

func newDocuments() *documents {
	return &documents{changed: make(chan struct{}), number: map[cdp.LoaderID]int{}}
}

// wait returns when done says so of the current state, or ctx ends.
func (d *documents) wait(ctx context.Context, done func(*documents) bool) error {
	for {
		d.mu.Lock()
		ok, changed := done(d), d.changed
		d.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (d *documents) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

// address is where the tab is.
func (d *documents) address() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.url
}

func (d *documents) isMain(frame string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return string(d.frame) == frame
}

// underWay says whether the tab is on its way to another document.
func (d *documents) underWay() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.leave == leaving
}

// event takes note of what happened in the tab. It is called in the order of
// the events and never blocks.
func (d *documents) event(ev any) {
	switch e := ev.(type) {
	case *runtime.EventExecutionContextCreated:
		if e.Context.Name == worldName && d.ofMainFrame(e.Context) {
			d.change(func() { d.world = e.Context.UniqueID })
		}
	case *runtime.EventExecutionContextDestroyed:
		d.change(func() {
			if d.world == e.ExecutionContextUniqueID {
				d.world = ""
			}
		})
	case *runtime.EventExecutionContextsCleared:
		d.change(func() { d.world = "" })
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			d.change(func() { d.arrive(e.Frame) })
		}
	case *page.EventNavigatedWithinDocument:
		d.ifMain(e.FrameID, func() { d.url, d.leave = e.URL, staying })
	case *page.EventFrameRequestedNavigation:
		if e.Disposition == page.ClientNavigationDispositionCurrentTab {
			d.ifMain(e.FrameID, func() { d.leave = max(d.leave, asked) })
		}
	case *page.EventFrameStartedNavigating:
		if !sameDocument(e.NavigationType) {
			d.ifMain(e.FrameID, func() { d.leave, d.next = leaving, e.LoaderID })
		}
	case *network.EventLoadingFailed: // of a document's request, which bears its loader's name
		d.change(func() {
			if string(e.RequestID) == string(d.next) {
				d.leave = staying
			}
		})
	case *page.EventLifecycleEvent:
		if e.Name == "DOMContentLoaded" {
			d.ifMain(e.FrameID, func() { d.finish(e.LoaderID) })
		}
	}
}

func (d *documents) ofMainFrame(c *runtime.ExecutionContextDescription) bool {
	var aux struct {
		FrameID cdp.FrameID `json:"frameId"`
	}
	return json.Unmarshal(c.AuxData, &aux) == nil && aux.FrameID == d.frame
}

func (d *documents) ifMain(frame cdp.FrameID, f func()) {
	if frame == d.frame {
		d.change(f)
	}
}

func (d *documents) arrive(f *cdp.Frame) {
	d.frame, d.url, d.leave = f.ID, f.URL+f.URLFragment, staying
	d.count++
	d.number[f.LoaderID] = d.count
	if f.LoaderID == d.early {
		d.parsed = d.count
	}
}

// finish takes note that a document is parsed. With a change of process it may
// be heard of before the document itself is.
func (d *documents) finish(loader cdp.LoaderID) {
	if n, ok := d.number[loader]; ok {
		d.parsed = max(d.parsed, n)
		return
	}
	d.early = loader
}

func sameDocument(t page.FrameStartedNavigatingNavigationType) bool {
	return t == page.FrameStartedNavigatingNavigationTypeSameDocument ||
		t == page.FrameStartedNavigatingNavigationTypeHistorySameDocument
}
