package browser

import (
	"fmt"
	"net/url"
	"regexp"
	"sync"
	"time"

	cdpage "github.com/chromedp/cdproto/page"
)

// dialogs decide how a page's dialogs are answered. A dialog that waits for its
// answer blocks all of the page, and every command to it.
type dialogs struct {
	mu       sync.Mutex
	accepted map[*regexp.Regexp]int
}

// accept is the policy: what a person can only close is closed, and leaving a
// page is never prevented. A question is answered with no, unless its text was
// declared.
func (d *dialogs) accept(kind cdpage.DialogType, message string) bool {
	if kind == cdpage.DialogTypeAlert || kind == cdpage.DialogTypeBeforeunload {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for pattern := range d.accepted {
		if pattern.MatchString(message) {
			return true
		}
	}
	return false
}

// AcceptDialogs has the questions whose text matches pattern answered with yes,
// until stop is called.
func (t *Tab) AcceptDialogs(pattern *regexp.Regexp) (stop func()) {
	d := &t.dialogs
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.accepted == nil {
		d.accepted = map[*regexp.Regexp]int{}
	}
	d.accepted[pattern]++
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.accepted[pattern]--; d.accepted[pattern] == 0 {
			delete(d.accepted, pattern)
		}
	})
}

// answer answers a dialog and notes it.
func (t *Tab) answer(e *cdpage.EventJavascriptDialogOpening) {
	accept := t.dialogs.accept(e.Type, e.Message)
	verb := "dismissed"
	if accept {
		verb = "accepted"
	}
	t.trace.add(Note{At: time.Now(), Kind: Dialog, What: fmt.Sprintf("%s %s: %s", e.Type, verb, e.Message), Accepted: accept})
	t.tasks.start(func() {
		// An error means that the dialog has gone, with its page or its tab.
		_, _ = send(t.ctx, t, cdpage.HandleJavaScriptDialog, cdpage.HandleJavaScriptDialogParams{Accept: accept})
	})
}

// bare is an address without what may be secret in it: user, query, fragment.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	if u.Opaque != "" {
		return u.Scheme + ":"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
