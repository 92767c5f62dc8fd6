package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/runtime"

	"example.com/lodge/carriers/page"
)

//go:embed near.js
var near string

// nearLimit is how long a page may take to tell what it shows. The step has
// missed by then: nobody should wait much longer.
const nearLimit = time.Second

// missed adds to a miss what the page shows instead: what its author would look
// for next. A page that does not tell in time leaves the miss as it is.
func (t *Tab) missed(ctx context.Context, err error, verb page.Verb, on *page.Locator, probes []look) error {
	miss, ok := errors.AsType[*page.Miss](err)
	if !ok || miss.Shown != "" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, nearLimit)
	defer cancel()
	if probes == nil {
		probes = []look{} // an empty list, and no null
	}
	args := make([]string, 3)
	for i, arg := range []any{verb, on, probes} {
		text, err := json.Marshal(arg)
		if err != nil {
			return miss
		}
		args[i] = string(text)
	}
	shown, err := t.tellNear(ctx, args)
	if err != nil {
		return miss
	}
	return &page.Miss{Reason: miss.Reason, Shown: shown}
}

func (t *Tab) tellNear(ctx context.Context, args []string) (shown string, err error) {
	world, err := t.world(ctx, "")
	if err != nil {
		return "", err
	}
	r, err := send(ctx, t, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "(" + near + ")(" + strings.Join(args, ", ") + ")", UniqueContextID: world, ReturnByValue: new(true)})
	if err != nil {
		return "", err
	}
	if r.ExceptionDetails != nil {
		return "", fmt.Errorf("what the page shows: %s", r.ExceptionDetails.Text)
	}
	return shown, json.Unmarshal(r.Result.Value, &shown)
}
