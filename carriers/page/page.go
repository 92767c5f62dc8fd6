// Package page is the small language in which a carrier says what a person
// would do on a web page: open, fill, click, attach, and which signs to look
// for. It holds words only. The browser behind them is a [Driver] that Lodge
// puts into the context; no browser library is imported here.
//
// Forgetting is safe: a missing element, and a page that shows none of the
// expected signs, are [carriers.SiteChanged] by themselves, so that an author
// classifies only what is peculiar to the site.
package page

import (
	"context"
	"errors"
	"fmt"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/secret"
)

// A Step is one thing that a person would do on the page.
type Step struct {
	what string // in errors
	on   string // the same without values, for who groups errors: see [Miss]
	act  func(context.Context, Driver) error
}

// String says what the step does, in the words of the error it may end in.
func (s Step) String() string { return s.what }

// Goto opens url and waits until its document is there. It does not wait for
// what the document loads, and an error page of the site is a page like any
// other: wait for the page's own sign. Only https is opened, and http on this
// machine.
func Goto(url string) Step {
	return Step{"open " + url, "open an address", func(ctx context.Context, d Driver) error { return d.Goto(ctx, url) }}
}

// Fill puts value into a field, in place of what it holds, leaves the field and
// checks that it keeps the value. The page may write the same amount, date or
// number in another form. A date field takes "2006-01-02".
func Fill[L Locatable, V string | carriers.Value](field L, value V) Step {
	l := locator(field)
	v, ok := any(value).(carriers.Value)
	if !ok {
		v = secret.NewValue(any(value).(string))
	}
	return Step{"fill " + l.String(), "fill " + l.String(), func(ctx context.Context, d Driver) error {
		return d.Act(ctx, Action{Verb: VerbFill, On: l, Value: v})
	}}
}

// Click clicks an element in its middle, once it is visible, enabled, still
// and not covered by another. It clicks once and does not wait for what comes
// of it.
func Click[L Locatable](element L) Step {
	l := locator(element)
	return Step{"click " + l.String(), "click " + l.String(), func(ctx context.Context, d Driver) error {
		return d.Act(ctx, Action{Verb: VerbClick, On: l})
	}}
}

// Choose picks the option with this text or, where none has, with this value.
func Choose[L Locatable](list L, option string) Step {
	l := locator(list)
	return Step{fmt.Sprintf("choose %q in %s", option, l), "choose in " + l.String(), func(ctx context.Context, d Driver) error {
		return d.Act(ctx, Action{Verb: VerbChoose, On: l, Value: secret.NewValue(option)})
	}}
}

// Attach puts the file at path into a file field, hidden or not, and checks
// that the page holds all of it. The field may be named by its label, or by
// what it alone is in.
func Attach[L Locatable](field L, path string) Step {
	l := locator(field)
	return Step{"attach a file to " + l.String(), "attach a file to " + l.String(), func(ctx context.Context, d Driver) error {
		return d.Act(ctx, Action{Verb: VerbAttach, On: l, Path: path})
	}}
}

// Do takes steps in order and stops at the first that fails.
func Do(ctx context.Context, steps ...Step) error {
	d, err := driver(ctx)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if err := s.act(ctx, d); err != nil {
			return classify(ctx, s.what, s.on, err)
		}
	}
	return nil
}

// Rows reads a table as it is now: for each visible element that matches the
// selector row, the texts of the first match of each column inside it, blanks
// folded, or what a field holds; "" where there is none. The column "" is the
// row itself. No row at all is no error: await a sign first.
func Rows(ctx context.Context, row string, columns ...string) ([][]string, error) {
	d, err := driver(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := d.Rows(ctx, row, columns)
	if err != nil {
		return nil, classify(ctx, "read rows "+row, "read rows "+row, err)
	}
	return rows, nil
}

// classify gives a driver's error the kind that it means, and the step's name:
// what the page could not do is for its author, what has a kind keeps it, and
// all else means that the browser or the site is not there.
func classify(ctx context.Context, what, on string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	if _, ok := errors.AsType[*carriers.Error](err); ok {
		return fmt.Errorf("%s: %w", what, err)
	}
	if m, ok := errors.AsType[*Miss](err); ok {
		m.On = on
		return carriers.Errorf(carriers.SiteChanged, "could not %s: %w", what, err)
	}
	return carriers.Errorf(carriers.Unavailable, "could not %s: %w", what, err)
}
