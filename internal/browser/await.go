package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	cdpage "github.com/chromedp/cdproto/page"

	"example.com/lodge/carriers/page"
)

// Goto implements [page.Driver]. It opens https only, and http on this machine.
// What the site answers, an error page included, is for the page's signs to say.
func (t *Tab) Goto(ctx context.Context, address string) error {
	return t.do(ctx, "open "+bare(address), func(ctx context.Context) error {
		if err := allowed(address); err != nil {
			return err
		}
		if err := t.announce(ctx, nil); err != nil {
			return err
		}
		return t.visit(ctx, address)
	})
}

// visit navigates and waits until the document, or the one that it leads on to,
// is parsed. It does not wait for what the document loads.
func (t *Tab) visit(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, t.browser.options.patience(), errNotParsed)
	defer cancel()
	r, err := send(ctx, t, cdpage.Navigate, cdpage.NavigateParams{URL: address})
	switch {
	case err != nil:
		return or(ctx, err)
	case r.ErrorText != "":
		return errors.New(r.ErrorText)
	case r.LoaderID == "": // another place in the same document
		return nil
	}
	return t.docs.wait(ctx, parsedSince(r.LoaderID))
}

var errNotParsed = errors.New("the document has not come in full")

// parsedSince says whether the document of loader, or a later one, is parsed.
func parsedSince(loader cdp.LoaderID) func(*documents) bool {
	return func(d *documents) bool {
		n, ok := d.number[loader]
		return ok && d.parsed >= n
	}
}

// allowed refuses what a carrier has no business with: files, scripts as
// addresses, plain http to anywhere else, passwords in addresses.
func allowed(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return &page.Miss{Reason: "that is not an address"}
	case u.User != nil:
		return &page.Miss{Reason: "an address with a user's name in it is not opened"}
	case u.Host != "" && u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return &page.Miss{Reason: "only https is opened, and http on this machine"}
}

// Await implements [page.Driver].
func (t *Tab) Await(ctx context.Context, probes []page.Probe) (int, string, error) {
	type seen struct {
		Index int
		Text  string
	}
	var got seen
	err := t.do(ctx, "await "+names(probes), func(ctx context.Context) error {
		looks, err := looksFor(probes)
		if err != nil {
			return err
		}
		got, err = ask[seen](ctx, t, t.browser.options.patience(), "see", looks)
		return t.missed(ctx, err, "", nil, looks)
	})
	if err != nil {
		return -1, "", err
	}
	return got.Index, got.Text, nil
}

// A look is a probe as the engine reads it.
type look struct {
	CSS  string `json:"css,omitempty"`
	JS   string `json:"js,omitempty"` // the pattern as JavaScript has it
	Path string `json:"path,omitempty"`
}

func looksFor(probes []page.Probe) ([]look, error) {
	looks := make([]look, len(probes))
	for i, p := range probes {
		js, err := javaScript(p.Pattern)
		if err != nil {
			return nil, fmt.Errorf("the pattern of %s: %w", p, err)
		}
		looks[i] = look{CSS: p.CSS, JS: js, Path: p.Path}
	}
	return looks, nil
}

func names(probes []page.Probe) string {
	all := make([]string, len(probes))
	for i, p := range probes {
		all[i] = p.String()
	}
	return strings.Join(all, " or ")
}

// Rows implements [page.Driver].
func (t *Tab) Rows(ctx context.Context, row string, columns []string) (rows [][]string, err error) {
	err = t.do(ctx, "read rows "+row, func(ctx context.Context) error {
		if err := t.settle(ctx); err != nil {
			return err
		}
		rows, err = ask[[][]string](ctx, t, 0, "rows", row, columns)
		return err
	})
	return rows, err
}
