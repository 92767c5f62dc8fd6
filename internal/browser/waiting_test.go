package browser

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// TestWaiting: a page waits from the request until it is finished or failed, or
// until another document has come in the place of its own.
func TestWaiting(t *testing.T) {
	sent := func(id network.RequestID) any { return &network.EventRequestWillBeSent{RequestID: id} }
	document := func(loader cdp.LoaderID, parent cdp.FrameID) any {
		return &page.EventFrameNavigated{Frame: &cdp.Frame{ID: "f", ParentID: parent, LoaderID: loader}}
	}
	for name, c := range map[string]struct {
		events []any
		waits  bool
	}{
		"nothing":                  {nil, false},
		"a request":                {[]any{sent("1")}, true},
		"redirected":               {[]any{sent("1"), sent("1"), &network.EventLoadingFinished{RequestID: "1"}}, false},
		"failed":                   {[]any{sent("1"), &network.EventLoadingFailed{RequestID: "1"}}, false},
		"one of two":               {[]any{sent("1"), sent("2"), &network.EventLoadingFinished{RequestID: "1"}}, true},
		"another document":         {[]any{sent("1"), document("L", "")}, false},
		"a document still coming":  {[]any{sent("1"), sent("L"), document("L", "")}, true},
		"another document below":   {[]any{sent("1"), document("L", "top")}, true},
		"finished and never begun": {[]any{&network.EventLoadingFinished{RequestID: "1"}}, false},
	} {
		var w waiting
		for _, ev := range c.events {
			w.event(ev)
		}
		if w.any() != c.waits {
			t.Errorf("%s: waits %t", name, w.any())
		}
	}
}
