package page

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/lodge/carriers"
)

// A Probe looks for one thing on the page and tells the text that it saw.
// Exactly one of CSS and Path is set.
type Probe struct {
	CSS     string `json:"css,omitempty"`     // the first visible element that matches
	Pattern string `json:"pattern,omitempty"` // what its text must match; "": anything
	Path    string `json:"path,omitempty"`    // prefix of the document's path
}

// Has sees the text of the first visible element that matches sel.
func Has(sel string) Probe { return Probe{CSS: sel} }

// Text sees, in the visible elements that match sel, what pattern matches: its
// first group if it has one. Case does not matter and blanks are folded. A
// pattern that is not a regular expression panics: the kit finds it.
func Text(sel, pattern string) Probe {
	regexp.MustCompile(pattern)
	return Probe{CSS: sel, Pattern: pattern}
}

// At sees the document's path if it starts with prefix.
func At(prefix string) Probe { return Probe{Path: prefix} }

// Quote makes text match itself in a pattern.
func Quote(text string) string { return regexp.QuoteMeta(text) }

// String is the probe as errors name it.
func (p Probe) String() string {
	switch {
	case p.Path != "":
		return "the path " + p.Path
	case p.Pattern != "":
		return fmt.Sprintf("%s with text %q", p.CSS, p.Pattern)
	default:
		return p.CSS
	}
}

// A Sign is something that a site may show, and what it means.
type Sign struct {
	probe Probe
	kind  carriers.Kind
	good  bool
	late  bool // looked for only once no other has shown in time
}

// Good is a sign that the site did as asked.
func Good(p Probe) Sign { return Sign{probe: p, good: true} }

// Bad is a sign of an error of kind k; the text seen is the site's own word.
func Bad(k carriers.Kind, p Probe) Sign { return Sign{probe: p, kind: k} }

// Else is a good sign that counts only if none of the others has shown in time:
// what a page may rest on for long, such as "still being processed".
func Else(p Probe) Sign { return Sign{probe: p, good: true, late: true} }

// Await waits for the first of signs, in their order where several show at
// once, and returns the text that it saw: as an error if the sign is bad. A
// page that shows none in time has changed.
func Await(ctx context.Context, signs ...Sign) (string, error) {
	_, text, err := AwaitWhich(ctx, signs...)
	return text, err
}

// See is [Await] as a step, where the text does not matter.
func See(signs ...Sign) Step {
	return Step{"see what the page says", "see what the page says", func(ctx context.Context, _ Driver) error {
		_, err := Await(ctx, signs...)
		return err
	}}
}

// AwaitWhich is [Await] that also tells which sign it was, by its index.
func AwaitWhich(ctx context.Context, signs ...Sign) (int, string, error) {
	d, err := driver(ctx)
	if err != nil {
		return -1, "", err
	}
	i, text, err := awaitEither(ctx, d, signs)
	if err != nil {
		what := "see " + anyOf(probesOf(signs))
		return -1, "", classify(ctx, what, what, err)
	}
	if s := signs[i]; !s.good {
		return i, text, &carriers.Error{Kind: s.kind, Said: text, Err: fmt.Errorf("the site says %q", text)}
	}
	return i, text, nil
}

// awaitEither waits for the signs that are not late, and then looks for those
// that are.
func awaitEither(ctx context.Context, d Driver, signs []Sign) (int, string, error) {
	i, text, err := awaitSome(ctx, d, signs, false)
	_, missed := errors.AsType[*Miss](err)
	if missed && slices.ContainsFunc(signs, func(s Sign) bool { return s.late }) {
		return awaitSome(ctx, d, signs, true)
	}
	return i, text, err
}

func awaitSome(ctx context.Context, d Driver, signs []Sign, late bool) (int, string, error) {
	var some []Sign
	var index []int
	for i, s := range signs {
		if s.late == late {
			some, index = append(some, s), append(index, i)
		}
	}
	i, text, err := d.Await(ctx, probesOf(some))
	if err != nil {
		return -1, "", err
	}
	return index[i], text, nil
}

func probesOf(signs []Sign) []Probe {
	probes := make([]Probe, len(signs))
	for i, s := range signs {
		probes[i] = s.probe
	}
	return probes
}

func anyOf(probes []Probe) string {
	names := make([]string, len(probes))
	for i, p := range probes {
		names[i] = p.String()
	}
	return strings.Join(names, " or ")
}
