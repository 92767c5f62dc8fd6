package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"time"
)

//go:embed report.html.tmpl
var page embed.FS

// mostLate and mostReasons bound what a page for people lists; the CSV has all.
const (
	mostLate    = 40
	mostReasons = 15
)

// HTML writes the report as one page that needs nothing else: no scripts, no
// fonts, no addresses. It is printed as well as read.
func (r Report) HTML(w io.Writer) error {
	t, err := template.New("report.html.tmpl").Funcs(template.FuncMap{
		"n": Grouped, "money": Money, "took": Took, "hours": Hours, "minutes": Minutes, "acts": Acts, "state": State,
		"title": r.Title, "day": day, "ago": r.ago, "percent": percent,
	}).ParseFS(page, "report.html.tmpl")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return t.Execute(w, struct {
		Report
		Bar                       []piece
		ShownLate                 []Line
		ShownReasons              []Reason
		MoreLate, MoreReasons     int
		FirstDay, LastDay, MadeAt string
	}{
		r, r.bar(), r.Late[:min(mostLate, len(r.Late))], r.Reasons[:min(mostReasons, len(r.Reasons))],
		max(0, len(r.Late)-mostLate), max(0, len(r.Reasons)-mostReasons),
		r.From.Format("2 January"), r.To.Add(-1).Format("2 January 2006"), r.At.In(r.From.Location()).Format("2 January 2006, 15:04 MST"),
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format(time.DateOnly)
}

// ago is how long something has been so when the report is made.
func (r Report) ago(t time.Time) string { return Took(r.At.Sub(t)) }

// percent is n of all in words that never say 100 or 0 of what is not all or
// nothing.
func percent(n, all int) string {
	switch p := 100 * float64(n) / float64(max(all, 1)); {
	case n == all:
		return "100%"
	case n == 0:
		return "0%"
	case p > 99.9:
		return ">99.9%"
	case p < 0.1:
		return "<0.1%"
	default:
		return fmt.Sprintf("%.1f%%", p)
	}
}

// A piece is one part of the bar, in a coordinate system 1000 wide.
type piece struct {
	Outcome, Class string
	Amount
	X, Width float64
}

// bar shows what became of all. What is there is at least a sliver.
func (r Report) bar() []piece {
	f := r.All
	list := []piece{
		{"filed", "filed", f.Filed, 0, 0},
		{"found there or by hand", "found", Amount{f.Found.N + f.ByHand.N, f.Found.Sum.Add(f.ByHand.Sum)}, 0, 0},
		{"waiting", "waiting", f.Waiting, 0, 0}, {"rejected", "rejected", f.Rejected, 0, 0}, {"withdrawn", "withdrawn", f.Withdrawn, 0, 0},
	}
	const whole, least = 1000.0, 6.0
	wide := 0.0
	for i, p := range list {
		if p.N > 0 {
			list[i].Width = max(least, whole*float64(p.N)/float64(f.Arrived.N))
			wide += list[i].Width
		}
	}
	x := 0.0
	var there []piece
	for _, p := range list {
		if p.N > 0 {
			p.Width *= whole / wide
			p.X, x = x, x+p.Width
			there = append(there, p)
		}
	}
	return there
}
