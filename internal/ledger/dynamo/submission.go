package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// rounds is how often a write is made again after the history was moved out of
// its way. Each time somebody must have filled it anew meanwhile.
const rounds = 5

// Load implements [ledger.Engine]: 1 read unit for each 4 KB of the item.
func (e *Engine) Load(ctx context.Context, id string) (submission.Submission, error) {
	it, err := e.get(ctx, submissionKey(id), self, true)
	if err != nil {
		return submission.Submission{}, e.explain("load "+id, err)
	}
	if it == nil {
		return submission.Submission{}, fmt.Errorf("submission %s: %w", id, ledger.ErrNotFound)
	}
	s, err := unpacked[submission.Submission](bytesIn(it, value))
	return s, e.explain("load "+id, err)
}

// A storing is one Store under way.
type storing struct {
	s       submission.Submission
	entries []submission.Entry
	lines   []types.AttributeValue // the entries, packed
	value   []byte                 // s, packed
	bytes   int64                  // of lines
	token   string                 // of this call alone: tells its write from another's
	owed    []string               // the enrolments that the entries are owed to
}

// Store implements [ledger.Engine]: 1 write unit for each KB of the item, 2 for
// each index in which it moves, and 1 read unit, to see who is owed the entries.
// Every [bulky] bytes of history cost two writes more.
func (e *Engine) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	if err := errors.Join(name(s.ID), name(s.Key.Account)); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	w, err := e.prepared(ctx, s, entries)
	if err != nil {
		return e.explain("store "+s.ID, err)
	}
	for range rounds {
		err = e.write(ctx, submissionKey(s.ID), self, w.expression())
		full := err != nil && tooLarge(err)
		if err == nil || !full && !refused(err) {
			return e.explain("store "+s.ID, err)
		}
		again, settled := e.settle(ctx, w, full)
		if !again {
			return e.explain("store "+s.ID, settled)
		}
	}
	return e.explain("store "+s.ID, fmt.Errorf("gave up after %d tries: %w", rounds, err))
}

// prepared asks who is owed the entries, and has what lists will look for.
func (e *Engine) prepared(ctx context.Context, s submission.Submission, entries []submission.Entry) (*storing, error) {
	w := &storing{s: s, entries: entries, token: rand.Text()[:13]}
	var err error
	if w.value, err = packed(s); err != nil {
		return nil, err
	}
	for _, entry := range entries {
		line, err := packed(entry)
		if err != nil {
			return nil, err
		}
		w.lines, w.bytes = append(w.lines, bytesOf(line)), w.bytes+int64(len(line))
	}
	if len(entries) > 0 {
		enrolments, err := e.enrolments(ctx)
		if err != nil {
			return nil, err
		}
		w.owed = slices.Sorted(maps.Values(enrolments))
	}
	return w, errors.Join(e.enlist(ctx, accountNames, s.Key.Account), e.enlist(ctx, monthNames, month(s.CreatedAt)))
}

// expression is the one conditional write.
func (w *storing) expression() *expression {
	x, first := &expression{}, w.s.Version == 1
	x.equal(version, w.s.Version-1)
	x.set(version, number(w.s.Version))
	x.set(value, bytesOf(w.value))
	x.sign(w.token, first)
	keys := indexed(ledger.Summarize(w.s))
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if keys[name] != "" {
			x.set(name, text(keys[name]))
		} else if !first {
			x.remove(name)
		}
	}
	if first {
		w.begin(x)
	} else {
		w.add(x)
	}
	if len(w.owed) > 0 {
		x.set(table.Owes, text(owing))
	}
	return x
}

// begin writes the first entries.
func (w *storing) begin(x *expression) {
	marks := item{}
	for _, enrolment := range w.owed {
		marks[enrolment] = number(firstOf(w.entries) - 1)
	}
	x.set(told, &types.AttributeValueMemberM{Value: marks})
	x.set(history, &types.AttributeValueMemberL{Value: append([]types.AttributeValue{}, w.lines...)})
	x.set(bulk, number(w.bytes))
	x.set(moved, number(0))
	x.set(last, number(lastOf(w.entries)))
}

// add appends entries, if those before them left room.
func (w *storing) add(x *expression) {
	if len(w.entries) == 0 {
		return
	}
	h, b := x.name(history), x.name(bulk)
	x.assign(h, "list_append("+h+", "+x.value(&types.AttributeValueMemberL{Value: w.lines})+")")
	x.assign(b, b+" + "+x.value(number(w.bytes)))
	x.require(b + " < " + x.value(number(bulky)))
	x.set(last, number(lastOf(w.entries)))
	for _, enrolment := range w.owed {
		mark := x.name(told, enrolment)
		x.assign(mark, "if_not_exists("+mark+", "+x.value(number(firstOf(w.entries)-1))+")")
	}
}

// settle finds out what a refused write means, and makes room where that is all
// that it lacked: then again is true. A conflict can be this call's own write, of
// which the answer was lost and which the SDK made again.
func (e *Engine) settle(ctx context.Context, w *storing, full bool) (again bool, err error) {
	it, err := e.get(ctx, submissionKey(w.s.ID), self, true)
	if err != nil {
		return false, err
	}
	switch stored := intOf(it, version); {
	case stored == w.s.Version-1 && full && len(listIn(it, history)) == 0:
		return false, fmt.Errorf("%s: its %d bytes and %d of new history are more than the 400 KB that DynamoDB takes as one item; "+
			"the operator asks the author to have less kept of it: %w", w.s.Key, len(w.value), w.bytes, ledger.ErrValue)
	case stored == w.s.Version-1 && (full || intOf(it, bulk) >= bulky):
		return true, e.makeRoom(ctx, w.s.ID, it)
	case stored == w.s.Version-1:
		return true, nil // somebody else has made room meanwhile
	default:
		return false, signed(it, stored-w.s.Version, w.token)
	}
}

// signatures are the attributes with the tokens of the last writes, latest first.
func signatures() []string { return []string{"w0", "w1", "w2"} }

// sign leaves the token of a write in the item, before those of the last ones.
func (x *expression) sign(token string, first bool) {
	names := signatures()
	for i := len(names) - 1; i > 0; i-- {
		if first {
			x.set(names[i], text(self))
		} else {
			x.assign(x.name(names[i]), x.name(names[i-1]))
		}
	}
	x.set(names[0], text(token))
}

// signed is nil if a write with the token is the one after which there were later
// others, else ErrConflict; what is too long ago to be known is neither.
func signed(it item, later int64, token string) error {
	names := signatures()
	switch {
	case later >= int64(len(names)):
		return fmt.Errorf("its answer was lost, and %d writes came after: whether it was stored is not known; look at it again", later)
	case later >= 0 && textOf(it, names[later]) == token:
		return nil
	}
	return ledger.ErrConflict
}
