package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/lodge/internal/intake"
	"example.com/lodge/ledes"
)

// How much is shown of one file.
const (
	inFull       = 3  // findings of the same code and field; the others are only counted up
	someInvoices = 3  // invoices in the line with the verdict
	longNumber   = 40 // columns of an invoice number
)

// showReport writes the verdict on a file and its findings: first what refuses it.
func (v *validating) showReport(r ledes.Report) {
	if len(r.Findings) > 0 {
		v.space()
	}
	for i, part := range wrap(verdictLine(r), max(v.columns-len(hang), 0)) {
		_, _ = fmt.Fprintln(v.out, strings.Repeat(hang, min(i, 1))+part)
	}
	v.spaced = false
	findings := slices.Clone(r.Findings)
	slices.SortStableFunc(findings, func(x, y ledes.Finding) int { return rank(x) - rank(y) })
	l := listing{validating: v, alike: map[likeness][]int{}, seen: map[likeness]int{}, told: map[string]bool{}}
	for _, f := range findings {
		l.alike[like(f)] = append(l.alike[like(f)], f.Line)
	}
	for _, f := range findings {
		l.finding(f)
	}
	if len(findings) > 0 {
		v.space()
	}
}

// rank is lower for what is shown earlier: what refuses the file, and how much of that is
// not listed, before what does not.
func rank(f ledes.Finding) int {
	n := 0
	if f.Severity != ledes.Reject {
		n = 2
	}
	if f.Code == ledes.CodeMore {
		n++
	}
	return n
}

// verdictLine is what stands above a file's findings.
func verdictLine(r ledes.Report) string {
	line := fmt.Sprintf("%s: %s", printable(r.File), r.Verdict)
	if r.Format != "" {
		line += ", " + string(r.Format)
	}
	for i, inv := range r.Invoices {
		if i == someInvoices && len(r.Invoices) > someInvoices+1 {
			return line + fmt.Sprintf(", and %d more", len(r.Invoices)-i)
		}
		line += fmt.Sprintf(", invoice %s: %s in %s", shorten(printable(inv.Number), longNumber), inv.Total, count(inv.Lines, "line"))
	}
	return line
}

// A likeness is what findings of several invoices have in common.
type likeness struct {
	severity    ledes.Severity
	code, field string
}

func like(f ledes.Finding) likeness { return likeness{f.Severity, f.Code, f.Field} }

// A listing is a file's findings while they are written.
type listing struct {
	*validating
	alike map[likeness][]int // lines
	seen  map[likeness]int   // how many were written, or passed over
	told  map[string]bool    // codes whose remedy was told
}

// What stands before all but the first line: of a verdict, and of a finding.
const (
	hang   = "    "
	indent = "          "
)

// finding writes one finding, unless enough like it were written.
func (l *listing) finding(f ledes.Finding) {
	k := like(f)
	l.seen[k]++
	if l.seen[k] > inFull {
		return
	}
	l.space()
	l.spaced = false
	writeWrapped(l.out, fmt.Sprintf("  %-8s", f.Severity), where(f)+f.Message+" ("+f.Code+")", l.columns)
	l.excerpt(f.Excerpt)
	l.say("expected: ", f.Expected)
	l.say("also on: ", lineNumbers(f.Also, f.Lines-1-len(f.Also)))
	if l.seen[k] == inFull {
		l.say("in other invoices: ", lineNumbers(l.alike[k][inFull:], 0))
	}
	if f.Forgiven {
		l.say("forgiven: ", "a strict reading refuses it (--strict)")
	}
	if !l.told[f.Code] {
		l.told[f.Code] = true
		l.say("to do: ", l.remedy(f))
	}
}

// say writes a line about a finding, if there is something to say.
func (l *listing) say(label, text string) {
	if text != "" {
		writeWrapped(l.out, indent+label, text, l.columns)
	}
}

// excerpt writes the place in the file, with a mark under what is meant.
func (l *listing) excerpt(e *ledes.Excerpt) {
	if e == nil || strings.TrimSpace(e.Text) == "" {
		return
	}
	width := 0
	if l.columns > 0 {
		width = max(l.columns-len(indent)-len(gap), leastEnd)
	}
	shown := narrowed(*e, width)
	for _, line := range []string{shown.Text, shown.Mark()} {
		_, _ = fmt.Fprintln(l.out, strings.TrimRight(indent+gap+strings.Map(harmless, line), " "))
	}
}

// remedy is what somebody does about a finding.
func (l *listing) remedy(f ledes.Finding) string {
	if f.Code == intake.CodeNotAccepted {
		return "Export it in a format that the carrier takes"
	}
	rule, _ := ledes.RuleOf(f.Code)
	switch f.Code {
	case ledes.CodeTooLarge, ledes.CodeTooManyLines, ledes.CodeTooManyInvoices:
		return rule.Mend + "; --limit 500MB checks it as it is, though Lodge would not file it"
	}
	return rule.Mend
}

// where is the place of a finding in words; "" if it is the whole file.
func where(f ledes.Finding) string {
	switch {
	case f.Line == 0:
		return ""
	case f.Field == "" || strings.HasPrefix(f.Message, f.Field+" "):
		return fmt.Sprintf("line %d: ", f.Line)
	}
	return fmt.Sprintf("line %d, %s: ", f.Line, f.Field)
}

// lineNumbers are some lines, and how many more there are: "line 7, 9 and 40 more".
func lineNumbers(lines []int, more int) string {
	if len(lines) == 0 {
		return ""
	}
	text := "line " + strings.Trim(strings.ReplaceAll(fmt.Sprint(lines), " ", ", "), "[]")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// narrowed is an excerpt in at most width columns, what is meant in their middle; 0
// narrows nothing.
func narrowed(e ledes.Excerpt, width int) ledes.Excerpt {
	const cut = "..."
	if width == 0 || max(len(e.Text), e.To) <= width {
		return e
	}
	text := e.Text + strings.Repeat(" ", max(0, e.To-len(e.Text)))
	e.To = min(e.To, e.From+width-2*len(cut))
	from := min(max((e.From+e.To-width)/2, 0), len(text)-width)
	shown := text[from : from+width]
	if from > 0 {
		shown = cut + shown[len(cut):]
	}
	if from+width < len(text) {
		shown = shown[:width-len(cut)] + cut
	}
	return ledes.Excerpt{Text: shown, From: e.From - from, To: e.To - from}
}
