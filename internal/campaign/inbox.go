package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// filed is one of the files that a world's invoices are filed with: the n-th
// version of every invoice.
type filed struct {
	object submission.Object
	total  ledes.Amount
}

// versions is how many versions an invoice may have.
const versions = 4

// stage writes the files, which all worlds of a folder share.
func (w *World) stage(dir string) error {
	for n := range versions {
		data := []byte(fmt.Sprintf("LEDES1998B[]\nversion %d\n", n+1))
		name := fmt.Sprintf("version-%d.txt", n+1)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
		sha := sumOf(data)
		object := submission.Object{Path: name, SHA: sha, Canon: sha, Size: int64(len(data))}
		w.files = append(w.files, filed{object, ledes.Cents(int64(100_000 + n))})
	}
	var err error
	w.copies, err = objects.OpenFolder(dir)
	return err
}

// hashed is the hash of a file.
func hashed(path string) (string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the lent file is gone: %w", err)
	}
	return sumOf(data), err
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// knownThere is an invoice that the carrier has had for long, in worlds that have it.
// Lodge finds it, and can check by it what the site's search is worth.
const knownThere = "INV-0"

// knows has the ledger hold what was accepted before the world began.
func (w *World) knows(ctx context.Context, l *ledger.Ledger) {
	row := w.portal.holds(knownThere, w.files[0])
	w.arrive(ctx, l, knownThere, 0, "")
	if w.odd == "found" {
		return // a visit finds it
	}
	_, claim, err := l.Claim(ctx, keyOf(knownThere).ID(), "before", time.Hour)
	if err == nil {
		_, err = l.Move(ctx, claim, submission.Event{Kind: submission.FoundOnSite, Actor: submission.ByVisit, Filed: row.at,
			Receipt: new(receipt(row.number, row.words[0])), Why: "it is there since long"})
		err = errors.Join(err, l.Release(ctx, claim))
	}
	if err != nil {
		w.story.tell(w.now(), "%s is not known: %v", knownThere, err)
	}
}

// deliver has the firm's files arrive.
func (w *World) deliver(ctx context.Context) {
	l := w.neutral()
	if w.known {
		w.knows(ctx, l)
	}
	w.strange()
	for n := range w.bills {
		number := fmt.Sprint("INV-", n+1)
		w.running.Go(func() {
			if clock.Pause(ctx, w.chance.between("arrival of "+number, 0, 8*time.Hour)) {
				w.comes(ctx, l, number, 0, "")
			}
			for v := 1; v < 3 && !w.calm && w.chance.of("another version of "+number, 0.25); v++ {
				if clock.Pause(ctx, w.chance.between("another version of "+number, time.Minute, 20*time.Hour)) {
					w.comes(ctx, l, number, v, "")
				}
			}
			if w.chance.of("a copy of "+number, 0.2) && clock.Pause(ctx, w.chance.between("a copy of "+number, time.Minute, 20*time.Hour)) {
				w.comes(ctx, l, number, 0, "copy of ")
			}
		})
	}
}

// delivery is a file in the inbox, where it stays.
type delivery struct {
	number  string
	version int
	prefix  string
}

// keeps remembers a file of the inbox.
func (w *World) keeps(d delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.inbox, d) {
		w.inbox = append(w.inbox, d)
	}
}

// keyOf is the key of an invoice.
func keyOf(number string) submission.Key {
	return submission.Key{Account: account, LawFirmID: "12-3", ClientID: "C1", Number: number}
}

// comes has a version of an invoice lie in the inbox until a program that takes it in
// lives long enough. One that died after that takes it in again.
func (w *World) comes(ctx context.Context, l *ledger.Ledger, number string, version int, prefix string) {
	for w.dies("intake: before it is registered") {
		clock.Pause(ctx, w.chance.between("intake again", time.Second, 20*time.Minute))
	}
	w.arrive(ctx, l, number, version, prefix)
	if w.dies("intake: after it is registered") && clock.Pause(ctx, w.chance.between("intake again", time.Second, 20*time.Minute)) {
		w.arrive(ctx, l, number, version, prefix)
	}
}

// dies says whether a program that does one thing dies at a point of it.
func (w *World) dies(point string) bool {
	p := 2 * w.crashes
	if w.focus.point == point {
		p = 0.5
	}
	if !w.storm() || !w.chance.of(point, p) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Kills[point]++
	return true
}

// arrive takes in a version of an invoice.
func (w *World) arrive(ctx context.Context, l *ledger.Ledger, number string, version int, prefix string) {
	f := w.files[version]
	f.object.Name = fmt.Sprintf("%s%s version %d.txt", prefix, number, version+1)
	r, err := l.Register(ctx, carrier, keyOf(number), submission.Revision{State: submission.Ready, Object: f.object, Total: f.total,
		Format: ledes.LEDES1998B, Date: w.begun.Add(-24 * time.Hour)}, "intake")
	w.keeps(delivery{number, version, prefix})
	w.story.tell(w.now(), "ARRIVES %s: row %d: %v", f.object.Name, r.Row, err)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.invoices, r.Submission.ID) {
		w.invoices = append(w.invoices, r.Submission.ID)
	}
}

func (w *World) ids() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.invoices)
}
