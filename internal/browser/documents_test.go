package browser

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

func TestDocuments(t *testing.T) {
	arrives := func(loader cdp.LoaderID) any {
		return &page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", LoaderID: loader, URL: "https://portal.example/" + string(loader)}}
	}
	parsed := func(loader cdp.LoaderID) any {
		return &page.EventLifecycleEvent{FrameID: "main", LoaderID: loader, Name: "DOMContentLoaded"}
	}
	leaves := func(loader cdp.LoaderID) any {
		return &page.EventFrameStartedNavigating{FrameID: "main", LoaderID: loader, NavigationType: page.FrameStartedNavigatingNavigationTypeDifferentDocument}
	}
	for _, c := range []struct {
		name    string
		events  []any
		ready   bool // the document of loader b, or a later one, is parsed
		leaving bool
	}{
		{"parsed", []any{arrives("a"), parsed("a"), leaves("b"), arrives("b"), parsed("b")}, true, false},
		{"not parsed yet", []any{arrives("a"), parsed("a"), arrives("b")}, false, false},
		{"the old one is parsed late", []any{arrives("a"), arrives("b"), parsed("a")}, false, false},
		{"told of after it was parsed", []any{arrives("a"), parsed("a"), parsed("b"), arrives("b")}, true, false},
		{"led on to another", []any{arrives("a"), arrives("b"), arrives("c"), parsed("c")}, true, false},
		{"under way", []any{arrives("a"), parsed("a"), leaves("b")}, false, true},
		{"under way to the next", []any{arrives("b"), parsed("b"), leaves("c")}, true, true},
		{"came to nothing", []any{arrives("a"), leaves("b"), &network.EventLoadingFailed{RequestID: "b"}}, false, false},
		{"another request failed", []any{arrives("a"), leaves("b"), &network.EventLoadingFailed{RequestID: "x"}}, false, true},
		{"a frame leaves", []any{arrives("a"), &page.EventFrameStartedNavigating{FrameID: "child", LoaderID: "x"}}, false, false},
	} {
		d := newDocuments()
		for _, ev := range c.events {
			d.event(ev)
		}
		if ready := parsedSince("b")(d); ready != c.ready || d.underWay() != c.leaving {
			t.Errorf("%s: ready is %v, leaving is %v", c.name, ready, d.underWay())
		}
	}
}
