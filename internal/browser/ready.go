package browser

import (
	"context"
	"fmt"

	"example.com/lodge/carriers/page"
)

// Ready waits until a click could be made, and does not make it: the element is
// there, can be seen, is enabled, still and not covered. Of other actions it only
// sees that the page is there.
func (t *Tab) Ready(ctx context.Context, a page.Action) error {
	return t.do(ctx, fmt.Sprintf("look at what would %s %s", a.Verb, a.On), func(ctx context.Context) error {
		if err := t.announce(ctx, &a.On); err != nil {
			return err
		}
		if err := t.settle(ctx); err != nil || a.Verb != page.VerbClick {
			return err
		}
		_, err := ask[struct{}](ctx, t, t.browser.options.patience(), "aim", a.On)
		return t.missed(ctx, err, a.Verb, &a.On, nil)
	})
}
