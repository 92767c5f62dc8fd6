package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
)

// A piece is one file of evidence: bytes, or what becomes JSON.
type piece struct {
	name  string
	data  []byte
	value any
}

// keep stores pieces, side by side: each waits for the disk. Empty ones are left
// out. Losing one never stops an attempt that may have been sent already: the log
// tells of it at once, and the history with what the attempt comes to. Before
// the commit the error is what keeps it from going.
func (a *attempt) keep(ctx context.Context, pieces ...piece) error {
	ctx, cancel := outlive(ctx)
	defer cancel()
	proofs, errs := make([]submission.Proof, len(pieces)), make([]error, len(pieces))
	var work sync.WaitGroup
	for i, p := range pieces {
		if p.value == nil && len(p.data) == 0 {
			continue
		}
		work.Go(func() { proofs[i], errs[i] = p.put(ctx, a.folder) })
	}
	work.Wait()
	var lost []string
	for i, p := range pieces {
		switch {
		case errs[i] != nil:
			lost = append(lost, p.name)
		case proofs[i].Name != "":
			a.proofs = append(a.proofs, proofs[i])
		}
	}
	err := cmp.Or(errs...) // the others have met the same disk
	if err != nil {
		a.Log.Error("evidence was not kept; the operator acts",
			"invoice", a.inv.Number, "attempt", a.id, "name", strings.Join(lost, " "), "error", err)
		a.unkept, a.unkeptWhy = append(a.unkept, lost...), cmp.Or(a.unkeptWhy, err)
	}
	return err
}

func (p piece) put(ctx context.Context, f *evidence.Folder) (submission.Proof, error) {
	if p.value != nil {
		return f.PutJSON(ctx, p.name, p.value)
	}
	return f.Put(ctx, p.name, p.data)
}

// errNotKept is why nothing may be sent: what proves it could not be kept.
var errNotKept = errors.New("evidence could not be kept, and without it nothing is sent")

// lacking ends the reason of a move with the evidence that could not be kept.
func (a *attempt) lacking(why string) string {
	if len(a.unkept) == 0 {
		return why
	}
	why += "; not kept as evidence: " + strings.Join(a.unkept, ", ")
	if !strings.Contains(why, a.unkeptWhy.Error()) {
		why += ": " + a.unkeptWhy.Error()
	}
	return why
}

// recordIntent writes the intent where a restored ledger would find it.
func (a *attempt) recordIntent(ctx context.Context, t submission.Attempt) error {
	p, err := a.folder.Intent(ctx, evidence.Intent{
		Attempt: t.ID, Submission: a.sub.ID, Key: a.sub.Key, Carrier: a.Carrier.Name, Revision: a.rev.Number,
		SHA: a.rev.Object.SHA, Canon: a.rev.Object.Canon, Request: t.Request, Fence: t.Fence, Owner: t.Owner, Browser: t.Browser,
		IntendedAt: t.IntendedAt, SettleUntil: t.SettleUntil, Look: evidence.Look{At: a.looked.At, Text: "the carrier's site did not hold it"},
		Filed: evidence.FiledOf(a.rev), Before: t.Before,
	})
	if err != nil {
		return fmt.Errorf("%w: the intent: %w", errNotKept, err)
	}
	a.proofs = append(a.proofs, p)
	return nil
}

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
		rec.Header = evidence.RedactHeader(o.Answer.Header)
	}
	_ = a.keep(ctx, piece{name: "answer.json", value: rec}, piece{name: "answer.html", data: o.Body})
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
func (a *attempt) browserCopy(ctx context.Context) (string, error) {
	data, err := a.Staged.Read(ctx, a.rev.Object)
	if errors.Is(err, staged.ErrLost) {
		return "", err
	}
	if err != nil {
		return "", carriers.Errorf(carriers.Unavailable, "%w: %w", errUnread, err)
	}
	a.attached = a.rev.Object.SHA
	return a.lend(a.inv.Number, data)
}

// lend writes a file where the browser picks it up under the invoice's own name.
// It goes with the browser's profile.
func (a *attempt) lend(number string, data []byte) (string, error) {
	path := filepath.Join(a.window.Scratch(), a.id, safeName(number)+a.Carrier.Suffix(a.inv.Format))
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return "", carriers.Errorf(carriers.Unavailable, "%w: %w: the operator makes room there", errNotLent, err)
	}
	return path, nil
}

// Trouble of this machine's, or of where the copies are kept, is none of the
// invoice's: with room on the disk, or once the store answers, it goes on by itself.
var (
	errNotLent = errors.New("the copy for the browser could not be written, and nothing was sent")
	errUnread  = errors.New("what is filed could not be read just now, and nothing was sent")
)
