package carriertest

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/tools/txtar"
)

// required are the scenarios that every carrier must have recorded.
var required = [...]string{"accepted", "bad-password", "down", "duplicate", "nothing-found", "rejected", "unreadable"}

// A scenario is a recorded website and how filing one invoice with it must end.
type scenario struct {
	name    string
	want    want
	invoice map[string]string // facts of the invoice, see [facts]
	pages   []recorded
}

// recorded is one answer of the site.
type recorded struct {
	request  string // "GET /path?query"
	commit   bool   // the request that cannot be taken back
	after    bool   // shown only after a commit
	status   int
	redirect string
	body     string
}

// readScenario reads NAME.txtar. Its comment tells the story and holds the
// lines that the package's documentation names.
func readScenario(fsys fs.FS, file string) (*scenario, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	a := txtar.Parse(data)
	s := &scenario{name: strings.TrimSuffix(path.Base(file), ".txtar")}
	for line := range strings.Lines(string(a.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "expect":
			state, confirmation, _ := strings.Cut(value, " ")
			s.want.states, s.want.confirmation = []string{state}, confirmation
		case "kind":
			s.want.kind = value
		case "invoice":
			s.invoice = facts(value)
		}
	}
	if len(s.want.states) == 0 {
		return nil, fmt.Errorf("%s: no line \"expect: STATE [CONFIRMATION]\"", file)
	}
	for _, f := range a.Files {
		p, err := readPage(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		s.pages = append(s.pages, p)
	}
	return s, nil
}

// readPage reads one file of a scenario. Its name is the request, then marks;
// its first line may be "-> PATH" or "status: NUMBER".
func readPage(f txtar.File) (recorded, error) {
	name, marks, _ := strings.Cut(f.Name, " (")
	p := recorded{request: name, status: http.StatusOK, body: string(f.Data)}
	switch strings.TrimSuffix(marks, ")") {
	case "":
	case "commit":
		p.commit = true
	case "committed":
		p.after = true
	default:
		return p, fmt.Errorf("page %q has a mark that is neither (commit) nor (committed)", f.Name)
	}
	first, rest, _ := strings.Cut(p.body, "\n")
	if to, ok := strings.CutPrefix(first, "-> "); ok {
		p.status, p.redirect, p.body = http.StatusSeeOther, strings.TrimSpace(to), rest
	}
	if code, ok := strings.CutPrefix(first, "status:"); ok {
		n, err := strconv.Atoi(strings.TrimSpace(code))
		if err != nil || n < 100 || n > 599 {
			return p, fmt.Errorf("page %q: %q is not a status", f.Name, first)
		}
		p.status, p.body = n, rest
	}
	return p, nil
}

// replay serves a scenario and judges what it is asked.
type replay struct {
	scenario *scenario

	mu      sync.Mutex
	allowed bool     // the intent is written
	taken   int      // requests marked (commit)
	early   int      // of these, without an intent
	unknown []string // requests that nothing is recorded for
}

// ServeHTTP answers a request with what was recorded for it.
func (r *replay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	p, ok := r.take(q.Method + " " + q.URL.RequestURI())
	switch {
	case !ok:
		http.NotFound(w, q)
	case p.redirect != "":
		http.Redirect(w, q, p.redirect, p.status)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(p.status)
		fmt.Fprint(w, stamped(p.body, time.Now()))
	}
}

var stampMark = regexp.MustCompile(`\{now:([^@}]+)@([^}]+)\}`)

// stamped puts the time into a page where it says {now:LAYOUT@ZONE}, with a
// layout of package time: a history row must be newer than what was sent.
func stamped(body string, now time.Time) string {
	return stampMark.ReplaceAllStringFunc(body, func(mark string) string {
		m := stampMark.FindStringSubmatch(mark)
		zone, err := time.LoadLocation(m[2])
		if err != nil {
			return mark
		}
		return now.In(zone).Format(m[1])
	})
}

// Allow says that the intent is written.
func (r *replay) Allow() { r.locked(func() { r.allowed = true }) }

// Commits counts the requests marked (commit).
func (r *replay) Commits() (n int) { r.locked(func() { n = r.taken }); return n }

// Early says whether one of them came before the intent.
func (r *replay) Early() (early bool) { r.locked(func() { early = r.early > 0 }); return early }

// Unknown are the requests that nothing is recorded for.
func (r *replay) Unknown() (list []string) {
	r.locked(func() { list = slices.Clone(r.unknown) })
	return list
}

func (r *replay) locked(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

// take picks the page for a request and counts it. A page recorded for after
// the commit goes before the same one without the mark.
func (r *replay) take(request string) (recorded, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found *recorded
	for i, p := range r.scenario.pages {
		if p.request != request || p.after && r.taken == 0 {
			continue
		}
		if found == nil || p.after {
			found = &r.scenario.pages[i]
		}
	}
	if found == nil {
		if request != "GET /favicon.ico" {
			r.unknown = append(r.unknown, request)
		}
		return recorded{}, false
	}
	if found.commit {
		r.taken++
		if !r.allowed {
			r.early++
		}
	}
	return *found, true
}
