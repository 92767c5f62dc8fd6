package profile

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/internal/bench/figures"
	"example.com/lodge/internal/bench/scene"
)

// A moment is one thing that happened in an attempt.
type moment struct {
	what string
	at   time.Time     // when it had happened
	took time.Duration // of a step; 0: not known
}

// An attempt is the work on one invoice as its evidence and the log tell it.
type attempt struct {
	begun   time.Time
	moments []moment
}

// A timeline is the attempts of one run, in order.
type timeline []attempt

// readTimeline puts together what the run left: the attempts' names are their
// beginnings (ULID), steps.json has the steps of the page, the files' times say
// when each was stored, and the log when the state moved.
func readTimeline(l *scene.Lodge, log string) (timeline, error) {
	moved, err := readMoves(log)
	if err != nil {
		return nil, err
	}
	var t timeline
	err = filepath.WalkDir(l.Config.Evidence(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "steps.json" {
			return err
		}
		a, err := readAttempt(filepath.Dir(path))
		a.moments = append(a.moments, moved[filepath.Base(filepath.Dir(path))]...)
		t = append(t, a)
		return err
	})
	slices.SortFunc(t, func(a, b attempt) int { return a.begun.Compare(b.begun) })
	if err == nil && len(t) == 0 {
		err = errors.New("there is no evidence of any attempt")
	}
	return t, err
}

func readAttempt(dir string) (attempt, error) {
	id, err := ulid.Parse(filepath.Base(dir))
	if err != nil {
		return attempt{}, fmt.Errorf("%s is not named as an attempt: %w", dir, err)
	}
	a := attempt{begun: ulid.Time(id.Time())}
	text, err := os.ReadFile(filepath.Join(dir, "steps.json"))
	if err != nil {
		return a, err
	}
	var steps []struct {
		At   time.Time `json:"at"`
		What string    `json:"what"`
		MS   int64     `json:"ms"`
	}
	if err := json.Unmarshal(text, &steps); err != nil {
		return a, fmt.Errorf("%s/steps.json: %w", dir, err)
	}
	for _, s := range steps {
		took := time.Duration(s.MS) * time.Millisecond
		a.moments = append(a.moments, moment{s.What, s.At.Add(took), took})
	}
	files, err := os.ReadDir(dir)
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			a.moments = append(a.moments, moment{"stored: " + f.Name(), info.ModTime(), 0})
		}
	}
	return a, err
}

var movedLine = regexp.MustCompile(`^time=(\S+) .*msg=moved .*attempt=(\S+) event=(\S+) state=(\S+)`)

// readMoves reads when the ledger was told what, by attempt.
func readMoves(log string) (map[string][]moment, error) {
	f, err := os.Open(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	moves := map[string][]moment{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		m := movedLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, m[1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", log, err)
		}
		moves[m[2]] = append(moves[m[2]], moment{"ledger: " + m[3] + ", " + m[4], at, 0})
	}
	return moves, lines.Err()
}

// A row is one kind of moment over all attempts, in milliseconds.
type row struct {
	what     string
	at, took []float64
}

// rows are the moments that most attempts had, in the order of their medians. A
// second step of the same name is a row of its own.
func (t timeline) rows() []*row {
	byName := map[string]*row{}
	for _, a := range t {
		slices.SortStableFunc(a.moments, func(x, y moment) int { return x.at.Compare(y.at) })
		seen := map[string]int{}
		for _, m := range a.moments {
			name := plain(m.what)
			if seen[name]++; seen[name] > 1 {
				name = fmt.Sprintf("%s (%d)", name, seen[name])
			}
			r := byName[name]
			if r == nil {
				r = &row{what: name}
				byName[name] = r
			}
			r.at = append(r.at, ms(m.at.Sub(a.begun)))
			r.took = append(r.took, ms(m.took))
		}
	}
	var rows []*row
	for _, r := range byName {
		if 2*len(r.at) > len(t) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(figures.Median(a.at), figures.Median(b.at)), cmp.Compare(a.what, b.what))
	})
	return rows
}

var (
	origin = regexp.MustCompile(`https://[0-9.:]+`)
	number = regexp.MustCompile(prefix + `-\d+`)
)

// longest is how much of a step is shown.
const longest = 100

// plain is what a step did, without what differs from invoice to invoice.
func plain(what string) string {
	what = number.ReplaceAllString(origin.ReplaceAllString(what, ""), "NUMBER")
	if len(what) > longest {
		what = what[:longest] + "…"
	}
	return what
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// write shows the median invoice from its beginning to the next one's, and what
// comes before the first and after the last.
func (t timeline) write(out io.Writer, begun, ended time.Time) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(w, "ms after\tsince the\tthe step\t\nits begin\tline before\ttook\t the median invoice, of %d\n", len(t))
	last := 0.0
	for _, r := range t.rows() {
		at, took := figures.Median(r.at), ""
		if d := figures.Median(r.took); d > 0 {
			took = fmt.Sprintf("%.0f", d)
		}
		_, _ = fmt.Fprintf(w, "%.0f\t%.0f\t%s\t %s\n", at, at-last, took, r.what)
		last = at
	}
	var whole []float64
	for i := 1; i < len(t); i++ {
		whole = append(whole, ms(t[i].begun.Sub(t[i-1].begun)))
	}
	if len(whole) > 0 {
		_, _ = fmt.Fprintf(w, "%.0f\t%.0f\t\t the next invoice begins\n", figures.Median(whole), figures.Median(whole)-last)
	}
	_ = w.Flush()
	_, _ = fmt.Fprintf(out, "\nBefore the first invoice %.0f ms (intake, browser, login); the last one began %.0f ms before the end.\n",
		ms(t[0].begun.Sub(begun)), ms(ended.Sub(t[len(t)-1].begun)))
}
