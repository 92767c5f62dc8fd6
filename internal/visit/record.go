package visit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
)

// put stores one piece of evidence. Losing one is told in the log and never
// stops an attempt that may have been sent already; the intent is not stored
// here, since without it nothing may leave.
func (a *attempt) put(ctx context.Context, name string, data []byte) {
	if len(data) == 0 {
		return
	}
	ctx, cancel := outlive(ctx)
	defer cancel()
	p, err := a.folder.Put(ctx, name, data)
	if err != nil {
		a.Log.Error("evidence was not stored", "invoice", a.inv.Number, "attempt", a.id, "name", name, "error", err)
		return
	}
	a.proofs = append(a.proofs, p)
}

func (a *attempt) putJSON(ctx context.Context, name string, v any) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	p, err := a.folder.PutJSON(ctx, name, v)
	if err != nil {
		a.Log.Error("evidence was not stored", "invoice", a.inv.Number, "attempt", a.id, "name", name, "error", err)
		return
	}
	a.proofs = append(a.proofs, p)
}

// recordIntent writes the intent where a restored ledger would find it.
func (a *attempt) recordIntent(ctx context.Context, t submission.Attempt) error {
	p, err := a.folder.Intent(ctx, evidence.Intent{
		Attempt: t.ID, Submission: a.sub.ID, Key: a.sub.Key, Carrier: a.Carrier.Name, Revision: a.rev.Number,
		SHA: a.rev.Object.SHA, Canon: a.rev.Object.Canon, Request: t.Request, Fence: t.Fence, Owner: t.Owner, Browser: t.Browser,
		IntendedAt: t.IntendedAt, SettleUntil: t.SettleUntil, Look: evidence.Look{At: a.looked.At, Text: "the carrier's site did not hold it"},
	})
	if err != nil {
		return fmt.Errorf("the intent was not stored as evidence: %w", err)
	}
	a.proofs = append(a.proofs, p)
	return nil
}

// recordForm pictures the filled form before it is sent.
func (a *attempt) recordForm(ctx context.Context) { a.picture(ctx, a.tab, "form.jpg") }

// answer is the evidence of the one answer.
type answer struct {
	At      time.Time           `json:"at"`
	Request string              `json:"request"`
	Status  int                 `json:"status,omitempty"`
	Error   string              `json:"error,omitempty"`
	Header  map[string][]string `json:"header,omitempty"`
	Sent    bool                `json:"sent"`
	Seen    int                 `json:"seen"`
	Blocked int                 `json:"blocked"`
	Let     []string            `json:"let,omitempty"`
	Way     any                 `json:"way"` // the proxy's account
}

// recordAnswer stores what the gate read, without cookies.
func (a *attempt) recordAnswer(ctx context.Context) {
	o := a.commit.outcome
	request, err := address(o.Held)
	if err != nil || !a.written {
		return
	}
	rec := answer{At: time.Now().UTC(), Request: request, Sent: o.Sent, Seen: o.Seen, Blocked: o.Blocked, Let: o.Let, Way: o.Spent}
	if o.Answer != nil {
		rec.Status, rec.Error = o.Answer.Status, o.Answer.Error
		rec.Header = o.Answer.Header.Clone()
		delete(rec.Header, "Set-Cookie")
	}
	a.putJSON(ctx, "answer.json", rec)
	a.put(ctx, "answer.html", o.Body)
}

// recordEnd pictures the page at the end of a Submit, or where it failed.
func (a *attempt) recordEnd(ctx context.Context, err error) {
	name := "result"
	if err != nil {
		name = "failure"
		a.put(ctx, "failure.txt", []byte(err.Error()+"\n"))
	}
	if BrowserDied(err) {
		return
	}
	a.picture(ctx, a.tab, name+".jpg")
	short, cancel := outlive(ctx)
	defer cancel()
	if html, err := a.tab.HTML(short); err == nil {
		a.put(ctx, name+".html", []byte(html))
	}
	a.putJSON(ctx, "steps.json", a.tab.Trace())
}

// recordFound stores the row on which the submission's state rests, and its page.
func (a *attempt) recordFound(ctx context.Context, row carriers.Found) {
	a.putJSON(ctx, "found.json", row)
	a.picture(ctx, a.tab, "found.jpg")
}

// recordLogin pictures a failed login, with its fields masked.
func (s *session) recordLogin(ctx context.Context, tab *browser.Tab, cause error) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	f, err := s.loginFolder()
	if err == nil {
		_, err = f.Put(ctx, "failure.txt", []byte(cause.Error()+"\n"))
	}
	if err == nil && !BrowserDied(cause) {
		tab.Mask(true)
		var picture []byte
		if picture, err = tab.Picture(ctx); err == nil {
			_, err = f.Put(ctx, "login.jpg", picture)
		}
		if html, lost := tab.HTML(ctx); lost == nil && err == nil {
			_, err = f.Put(ctx, "login.html", []byte(html))
		}
	}
	if err != nil {
		s.Log.Warn("the failed login was not pictured", "error", err)
	}
}

// picture stores what the page looks like. A page that cannot be pictured, for
// instance one that is gone, is told in the log.
func (a *attempt) picture(ctx context.Context, tab *browser.Tab, name string) {
	short, cancel := outlive(ctx)
	defer cancel()
	data, err := tab.Picture(short)
	if err != nil {
		a.Log.Warn("the page was not pictured", "invoice", a.inv.Number, "attempt", a.id, "error", err)
		return
	}
	a.put(ctx, name, data)
}

// spool keeps the result of an attempt whose lease was taken over meanwhile.
func (a *attempt) spool(ctx context.Context, e submission.Event, why error) {
	if _, err := a.folder.Late(ctx, evidence.Result{Account: a.Account.Name, Submission: a.sub.ID, Attempt: a.id,
		Fence: a.claim.Fence, Owner: a.Owner, Why: why.Error(), Event: e}); err != nil {
		a.Log.Error("a late result was not stored", "invoice", a.inv.Number, "attempt", a.id, "error", err)
	}
}

// browserCopy lends the staged file to the page, checked once more against its
// hash.
func (a *attempt) browserCopy() (string, error) {
	data, err := staged(a.inv.Path, a.rev.Object)
	if err != nil {
		return "", err
	}
	a.attached = a.rev.Object.SHA
	return a.lend(a.inv.Number, data)
}

// staged reads the copy of a file that is filed.
func staged(path string, o submission.Object) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the staged file cannot be read: %w: nothing was sent; put the invoice's file into the inbox again", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != o.SHA {
		return nil, fmt.Errorf("the staged file %s is not the one that was checked: nothing was sent; "+
			"put the invoice's file into the inbox again", o.Path)
	}
	return data, nil
}

// lend writes a file where the browser picks it up under the invoice's own name.
// It goes with the browser's profile.
func (a *attempt) lend(number string, data []byte) (string, error) {
	path := filepath.Join(a.browser.Scratch(), a.id, safeName(number))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, data, 0o600)
}
