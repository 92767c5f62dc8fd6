package portal

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An exchange is one request to a portal and what becomes of it.
type exchange struct {
	w       http.ResponseWriter
	r       *http.Request
	site    Site
	door    *Door
	faults  *Faults
	meeting meeting

	answer  *answer // the site's, kept back until it is known whether it goes out
	taken   *Record // what this request put into the book
	changed bool    // the page is to be shown redesigned
	another bool    // the result of another invoice is to be shown
	empty   bool    // the history is to find nothing
	script  string  // what the page is to do by itself
	drip    time.Duration
}

type exchangeKey struct{}

func exchangeIn(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{} // a call from Go, beside any request
}

// Redesigned says whether the fault [Changed] met the request with this
// context. A site then shows the page with other labels, names and ids.
func Redesigned(ctx context.Context) bool { return exchangeIn(ctx).changed }

// Mistaken says whether the fault [Another] met the request with this context. A
// site then shows the result of another invoice.
func Mistaken(ctx context.Context) bool { return exchangeIn(ctx).another }

// Emptied says whether the fault [Empty] met the request with this context. A
// site's history then finds nothing.
func Emptied(ctx context.Context) bool { return exchangeIn(ctx).empty }

// ServeHTTP lets the faults that are switched on have their way with a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/admin" || strings.HasPrefix(r.URL.Path, "/admin/") {
		s.admin(w, r)
		return
	}
	if s.options.Watch != nil {
		defer s.options.Watch(s.site.Place(r))()
	}
	pause(r.Context(), s.options.Latency)
	x := &exchange{w: w, site: s.site, door: s.desk.Door, faults: s.faults}
	x.r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	x.meeting.place = s.site.Place(r)
	if session := s.desk.Door.Session(r); session != nil {
		x.meeting.user, x.meeting.session = session.User.Name, session.ID
	}
	if x.act(before) {
		return
	}
	if x.meeting.place != Upload && x.script == "" && x.drip == 0 {
		s.site.ServeHTTP(w, x.r)
		return
	}
	x.answer = newAnswer()
	s.site.ServeHTTP(x.answer, x.r)
	if x.taken != nil {
		x.meeting.invoice = x.taken.Number
		if x.act(after) {
			return
		}
	}
	x.flush()
}

// act lets the faults of a stage that meet the request do their work, up to the
// first that answers it.
func (x *exchange) act(s stage) (answered bool) {
	for _, f := range x.faults.fire(s, x.meeting) {
		if k, _ := kindOf(f.What); k.act(x, f) {
			return true
		}
	}
	return false
}

// mark writes into r what the faults of this request want of it.
func (x *exchange) mark(r *Record) {
	if x.faults == nil {
		return
	}
	m := x.meeting
	m.invoice = r.Number
	for _, f := range x.faults.fire(with, m) {
		k, _ := kindOf(f.What)
		k.mark(r, f, r.TakenAt)
	}
}

// flush sends the site's answer.
func (x *exchange) flush() {
	for k, v := range x.answer.header {
		x.w.Header()[k] = v
	}
	body := x.answer.body.Bytes()
	if x.script != "" {
		body = bytes.Replace(body, []byte("</body>"), []byte(x.script+"</body>"), 1)
	}
	x.w.WriteHeader(x.answer.status)
	if x.drip == 0 {
		_, _ = x.w.Write(body)
		return
	}
	for piece := range slices.Chunk(body, len(body)/pieces+1) {
		_, _ = x.w.Write(piece)
		_ = http.NewResponseController(x.w).Flush() // whoever went is not dripped on
		pause(x.r.Context(), x.drip/pieces)
	}
}

// pieces are those of an answer that drips.
const pieces = 8

// An answer is what a site wrote, kept back.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}, status: http.StatusOK} }

// Header implements [http.ResponseWriter].
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements [http.ResponseWriter].
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
