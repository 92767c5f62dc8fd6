package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

const intro = `<!-- Drawn by internal/submission/statesdoc from the table in internal/submission. Do not edit. -->

# The states of a submission

A submission is the duty to bring one invoice to one account. Each version of
its file is a revision, and each revision is in one of these states. Nothing but
this table moves a revision, and every move is one write to the ledger that also
adds to the history. At most one revision is live.

`

// page is the whole of docs/states.md.
func page() string {
	rows := submission.Table()
	slices.SortStableFunc(rows, func(a, b submission.Row) int { return a.Number - b.Number })
	return intro + states() + diagram(rows) + table(rows)
}

func states() string {
	var b strings.Builder
	b.WriteString("| state | live | what Lodge does |\n|---|---|---|\n")
	for _, s := range submission.States() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s, yes(s.Live()), work(s))
	}
	b.WriteString("\n")
	return b.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func work(s submission.State) string {
	switch {
	case s == submission.Submitting:
		return "waits for the gate"
	case s.LookUp():
		return "looks it up"
	case s.Working():
		return "files it"
	case s == submission.Accepted:
		return "looks at it again, for some days"
	}
	return "nothing"
}

// An edge is an arrow of the diagram.
type edge struct{ from, to submission.State }

// diagram draws every move from a state to another; a revision that an event
// adds comes from nowhere.
func diagram(rows []submission.Row) string {
	edges := map[edge][]int{}
	draw := func(e edge, number int) {
		if !slices.Contains(edges[e], number) {
			edges[e] = append(edges[e], number)
		}
	}
	for _, r := range rows {
		for _, from := range r.From {
			if r.To != submission.None && r.To != from {
				draw(edge{from, r.To}, r.Number)
			}
		}
		if r.Next != submission.None {
			draw(edge{submission.None, r.Next}, r.Number)
		}
	}
	order := slices.SortedFunc(maps.Keys(edges), func(a, b edge) int {
		return strings.Compare(string(a.from+" "+a.to), string(b.from+" "+b.to))
	})
	var b strings.Builder
	b.WriteString("The numbers are those of the table below.\n\n```mermaid\nstateDiagram-v2\n")
	for _, e := range order {
		fmt.Fprintf(&b, "    %s --> %s : %s\n", node(e.from), e.to, joined(edges[e]))
	}
	b.WriteString("```\n\n")
	return b.String()
}

func node(s submission.State) string {
	if s == submission.None {
		return "[*]"
	}
	return string(s)
}

func table(rows []submission.Row) string {
	var b strings.Builder
	b.WriteString(`Lines with the same number differ in the end only. Of the lines that fit an
event, the first in the code's order whose guards all hold is taken; where none
does, nothing moves and the refusal names the lines and the reason.

| # | from → to | event | by | guards | what happened |
|--:|---|---|---|---|---|
`)
	for _, r := range rows {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s |\n",
			r.Number, move(r), event(r), joined(r.By), guards(r), r.Text)
	}
	return b.String()
}

func move(r submission.Row) string {
	from := joined(r.From)
	switch {
	case len(r.From) == len(submission.States()):
		from = "any"
	case r.From[0] == submission.None:
		from = "–"
	}
	end := string(r.To)
	if r.To == submission.None && r.Next == submission.None {
		end = "stays"
	}
	if r.To == submission.None && r.Next != submission.None {
		if r.From[0] == submission.None {
			return from + " → " + string(r.Next)
		}
		return from + " stays; next → " + string(r.Next)
	}
	if r.Next != submission.None {
		end += "; next → " + string(r.Next)
	}
	return from + " → " + end
}

func event(r submission.Row) string {
	if r.Said == carriers.ReceiptState("") {
		return string(r.Kind)
	}
	return fmt.Sprintf("%s: %s", r.Kind, r.Said)
}

func guards(r submission.Row) string {
	var texts []string
	for _, g := range r.Guards {
		texts = append(texts, g.Text)
	}
	return strings.Join(texts, "; ")
}

func joined[T any](list []T) string {
	var texts []string
	for _, v := range list {
		texts = append(texts, fmt.Sprint(v))
	}
	return strings.Join(texts, ", ")
}
