package carriertest

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"

	"example.com/lodge/carriers"
)

// required are the scenarios that every carrier must have recorded.
var required = [...]string{"accepted", "bad-password", "down", "duplicate", "nothing-found", "rejected", "unreadable"}

// A scenario is a recorded website and how filing one invoice with it must end.
type scenario struct {
	name   string
	expect string // state and confirmation, as in "accepted 88213"
	kind   string // of the error that explains the end; "" if none is expected
	pages  []recorded
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

// readScenario reads NAME.txtar. Its comment tells the story and holds lines
// "expect: STATE [CONFIRMATION]" and, for errors, "kind: KIND".
func readScenario(fsys fs.FS, file string) (*scenario, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	a := txtar.Parse(data)
	s := &scenario{name: strings.TrimSuffix(path.Base(file), ".txtar")}
	for line := range strings.Lines(string(a.Comment)) {
		if v, ok := strings.CutPrefix(line, "expect:"); ok {
			s.expect = strings.TrimSpace(v)
		}
		if v, ok := strings.CutPrefix(line, "kind:"); ok {
			s.kind = strings.TrimSpace(v)
		}
	}
	if s.expect == "" {
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
	commits  []carriers.Request // declared by the carrier
	allowed  func() bool        // whether an intent is written now

	mu      sync.Mutex
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
		fmt.Fprint(w, p.body)
	}
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
		if !r.allowed() {
			r.early++
		}
	}
	return *found, true
}
