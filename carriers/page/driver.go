package page

import (
	"context"
	"errors"

	"example.com/lodge/internal/secret"
)

// A Driver is the browser behind the words. Lodge implements it once, over one
// tab; it is called from one goroutine at a time.
//
// Every method ends soon after ctx does, with its cause. A page that cannot do
// what is asked within the driver's own patience is a [*Miss]; any other error
// means that the browser or the site is not there, unless it has a kind.
type Driver interface {
	// Goto opens url and returns when the document is parsed.
	Goto(ctx context.Context, url string) error
	// Act does one action on one element, once it can be acted on.
	Act(ctx context.Context, a Action) error
	// Await waits for the first probe, in their order, that sees something.
	Await(ctx context.Context, probes []Probe) (index int, text string, err error)
	// Rows reads the texts of columns inside each row, at once.
	Rows(ctx context.Context, row string, columns []string) ([][]string, error)
}

// A Verb is what an [Action] does.
type Verb string

// The verbs.
const (
	VerbClick  Verb = "click"
	VerbFill   Verb = "fill"
	VerbChoose Verb = "choose"
	VerbAttach Verb = "attach"
)

// An Action is one verb on one element.
type Action struct {
	Verb  Verb
	On    Locator
	Value secret.Value // for fill and choose
	Path  string       // for attach
}

// A Miss says why the page could not do what was asked: the last reason seen,
// such as `<div class="overlay"> covers <button id="submit">`.
type Miss struct {
	Reason string
	On     string // what was asked of the page, in the carrier's words and without values; set by [Do], [Await] and [Rows]
}

// Error implements error.
func (m *Miss) Error() string { return m.Reason }

type driverKey struct{}

// WithDriver returns a context in which the words of this package act on d.
func WithDriver(ctx context.Context, d Driver) context.Context {
	return context.WithValue(ctx, driverKey{}, d)
}

var errNoDriver = errors.New("page: no browser in this context: use the context that the Site's method was given")

func driver(ctx context.Context) (Driver, error) {
	d, ok := ctx.Value(driverKey{}).(Driver)
	if !ok {
		return nil, errNoDriver
	}
	return d, nil
}
