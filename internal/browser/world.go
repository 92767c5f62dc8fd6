package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"example.com/lodge/carriers/page"
)

// How long beyond its patience a page may take to give an answer that it has,
// and how long a page that wants to leave may take to do so.
const (
	answerLimit = 5 * time.Second
	askedLimit  = time.Second
)

// errBusy says that the page's own script keeps it from answering.
var errBusy = errors.New("the page does not answer: its own script keeps it busy")

// engineCall is a call of the locator engine with its arguments.
type engineCall struct {
	name string
	args []any
}

// source is the call as an expression. With wait, the engine waits so long.
func (c engineCall) source(wait time.Duration) (string, error) {
	args := make([]string, 0, len(c.args)+1)
	for _, arg := range c.args {
		j, err := json.Marshal(arg)
		if err != nil {
			return "", err
		}
		args = append(args, string(j))
	}
	args = append(args, fmt.Sprint(max(wait.Milliseconds(), 0)))
	return "lodge." + c.name + "(" + strings.Join(args, ", ") + ")", nil
}

// ask has the engine do what may be asked twice: where the document is replaced
// meanwhile, the next one is asked with the patience that is left. A miss in
// the answer is a [*page.Miss].
func ask[T any](ctx context.Context, t *Tab, patience time.Duration, name string, args ...any) (T, error) {
	var zero T
	ctx, cancel := context.WithTimeoutCause(ctx, patience+answerLimit, errBusy)
	defer cancel()
	until := time.Now().Add(patience)
	used := ""
	for {
		world, err := t.world(ctx, used)
		if err != nil {
			return zero, t.unanswered(err)
		}
		used = world
		raw, err := t.evaluate(ctx, world, engineCall{name, args}, time.Until(until))
		if replaced(err) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return zero, t.unanswered(or(ctx, err))
		}
		answer, err := decode[T](raw)
		if err != nil && t.docs.underWay() {
			return zero, errUnsettled // the site is slow; that it has changed is not said
		}
		return answer, err
	}
}

// unanswered tells a page that is kept busy from one that is being left: until
// the next document is there, Chromium holds back whatever the page is asked.
func (t *Tab) unanswered(err error) error {
	if errors.Is(err, errBusy) && t.docs.underWay() {
		return errUnsettled
	}
	return err
}

// decode reads an answer of the engine. A miss in it is a [*page.Miss].
func decode[T any](raw json.RawMessage) (T, error) {
	var answer struct {
		Miss string `json:"miss"`
		Is   T      `json:"is"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return answer.Is, fmt.Errorf("read the page's answer: %w", err)
	}
	if answer.Miss != "" {
		return answer.Is, &page.Miss{Reason: answer.Miss}
	}
	return answer.Is, nil
}

// world waits for a document's engine, another than used.
func (t *Tab) world(ctx context.Context, used string) (string, error) {
	var world string
	err := t.docs.wait(ctx, func(d *documents) bool {
		world = d.world
		return world != "" && world != used
	})
	return world, err
}

// evaluate runs one call of the engine and returns its answer as JSON:
// {"is": …} or {"miss": …}.
func (t *Tab) evaluate(ctx context.Context, world string, c engineCall, wait time.Duration) (json.RawMessage, error) {
	source, err := c.source(wait)
	if err != nil {
		return nil, err
	}
	r, err := send(ctx, t, runtime.Evaluate, runtime.EvaluateParams{
		Expression:      "(async () => { const is = await " + source + "; return is?.miss ? {miss: is.miss} : {is} })()",
		UniqueContextID: world,
		AwaitPromise:    new(true),
		ReturnByValue:   new(true),
	})
	if err != nil {
		return nil, err
	}
	if r.ExceptionDetails != nil {
		return nil, &chromedp.ExceptionError{ExceptionDetails: r.ExceptionDetails}
	}
	return json.RawMessage(r.Result.Value), nil
}

// replaced says whether a command failed because its document went away.
func replaced(err error) bool {
	e, ok := errors.AsType[*cdproto.Error](err)
	if !ok {
		return false
	}
	for _, text := range []string{
		"context was destroyed", "Cannot find context", "uniqueContextId not found", "navigated or closed", "Promise was collected",
	} {
		if strings.Contains(e.Message, text) {
			return true
		}
	}
	return false
}

// or is why ctx has ended, if it has, and err otherwise.
func or(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// settle waits until the tab shows a parsed document and is not on its way to
// another: what is done to a document about to go would be lost with it.
func (t *Tab) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, t.browser.options.patience(), errUnsettled)
	defer cancel()
	soon, stop := context.WithTimeout(ctx, askedLimit)
	defer stop()
	err := t.docs.wait(soon, func(d *documents) bool { return d.leave == staying && d.parsed >= d.count })
	if err == nil {
		return nil
	}
	return t.docs.wait(ctx, func(d *documents) bool { return d.leave != leaving && d.parsed >= d.count })
}

var errUnsettled = errors.New("the next document has not come")
