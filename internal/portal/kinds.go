package portal

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"time"
)

// A stage is when a fault does its work.
type stage int

const (
	before stage = iota // in place of, or around, what the site does
	with                // while an upload is written into the book
	after               // once it was, in place of the site's answer
)

// A kind is what one [What] does. Which function is set follows from its stage.
type kind struct {
	what  What
	stage stage
	at    Place // where it strikes if the fault does not say
	about string
	act   func(*exchange, Fault) (answered bool)  // before, after
	mark  func(r *Record, f Fault, now time.Time) // with
}

// kinds is the table of everything that can go wrong on purpose.
func kinds() []kind {
	return []kind{
		{Down, before, Page, "503 and a page that says so", sorry(Down, 503), nil},
		{Maintenance, before, Page, "a maintenance page with status 200", sorry(Maintenance, 200), nil},
		{Unknown, before, Page, "a page nobody has seen before", sorry(Unknown, 200), nil},
		{Broken, before, Upload, "500 before anything is read", sorry(Broken, 500), nil},
		{Slow, before, Page, "everything takes longer", func(x *exchange, f Fault) bool { return x.wait(f.For) }, nil},
		{Hang, before, Upload, "nothing for a while, or for ever", func(x *exchange, f Fault) bool { return x.hang(f.For) }, nil},
		{Reset, before, Upload, "TCP reset before anything is read", func(x *exchange, _ Fault) bool { return x.cut(true) }, nil},
		{Elsewhere, before, Page, "redirect to another host", (*exchange).redirect, nil},
		{LoggedOut, before, Upload, "the session is over", func(x *exchange, _ Fault) bool { x.door.forget(x.r); return false }, nil},
		{Changed, before, LoginPage, "the page was redesigned", func(x *exchange, _ Fault) bool { x.changed = true; return false }, nil},
		{Dialog, before, UploadPage, "the page opens an alert", scripted(alert), nil},
		{Captcha, before, Page, "a page that wants to know whether a person is there", sorry(Captcha, 200), nil},
		{Terms, before, Page, "a page with new terms to be agreed to", sorry(Terms, 200), nil},
		{Code, before, Login, "a page that asks for a one-time code", sorry(Code, 200), nil},
		{Drip, before, Page, "the answer comes in pieces", func(x *exchange, f Fault) bool { x.drip = time.Duration(f.For); return false }, nil},
		{Download, before, Page, "a file to keep in place of the page", (*exchange).download, nil},
		{Huge, before, Page, "a page of 16 MB", func(x *exchange, _ Fault) bool { return x.huge() }, nil},
		{Leaving, before, UploadPage, "the page asks before it is left", scripted(leaving), nil},
		{Print, before, UploadPage, "the page prints itself", scripted(`window.print()`), nil},
		{Popup, before, UploadPage, "the page opens a window at each click", scripted(popup), nil},
		{Twice, before, UploadPage, "the page sends its form a second time by itself", scripted(twice), nil},
		{Reload, before, Result, "the page loads itself once more", scripted(reload), nil},
		{Another, before, Result, "the result shown is that of another invoice", (*exchange).mistake, nil},
		{Empty, before, History, "the history finds nothing", func(x *exchange, _ Fault) bool { x.empty = true; return false }, nil},

		{HangAfter, after, Upload, "taken in; the answer comes late or never", func(x *exchange, f Fault) bool { return x.hang(f.For) }, nil},
		{ResetAfter, after, Upload, "taken in; TCP reset", func(x *exchange, _ Fault) bool { return x.cut(true) }, nil},
		{CloseAfter, after, Upload, "taken in; connection closed", func(x *exchange, _ Fault) bool { return x.cut(false) }, nil},
		{TimeoutAfter, after, Upload, "taken in; 408", func(x *exchange, _ Fault) bool { return x.timeout() }, nil},
		{BrokenAfter, after, Upload, "taken in; 500", sorry(Broken, 500), nil},
		{UnknownAfter, after, Upload, "taken in; a page nobody has seen before", sorry(Unknown, 200), nil},
		{ElsewhereAfter, after, Upload, "taken in; redirect to another host", (*exchange).redirect, nil},

		{Lag, with, Upload, "the history shows it later", nil, lag},
		{Unconfirmed, with, Upload, "the history leaves out its confirmation number", nil, unconfirm},
		{Late, with, Upload, "it is being processed for longer", nil, delay},
		{RejectedLate, with, Upload, "accepted, and rejected later", nil, turn},
		{Gone, with, Upload, "the history shows it for a while only", nil, vanish},
	}
}

func kindOf(w What) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.what == w })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}

func sorry(w What, status int) func(*exchange, Fault) bool {
	return func(x *exchange, _ Fault) bool {
		x.site.Sorry(x.w, w, status)
		return true
	}
}

// scripted puts a script at the end of the page.
func scripted(text string) func(*exchange, Fault) bool {
	return func(x *exchange, _ Fault) bool {
		x.script += "<script>" + text + "</script>"
		return false
	}
}

// What pages do by themselves.
const (
	alert   = `alert("Reminder: the vendor survey closes on Friday.")`
	leaving = `onbeforeunload = e => { e.preventDefault(); return "Leave?" }`
	popup   = `document.addEventListener("click", () => open("/dashboard"), true)`
	twice   = `document.addEventListener("submit", e => {
  fetch(e.target.action, { method: "POST", body: new FormData(e.target), keepalive: true }).catch(() => {}) })`
	reload = `if (!sessionStorage.getItem(location.href)) { sessionStorage.setItem(location.href, 1); location.reload() }`
)

func lag(r *Record, f Fault, now time.Time) { r.ListedAt = now.Add(time.Duration(f.For)) }

func unconfirm(r *Record, _ Fault, _ time.Time) { r.Unconfirmed = true }

func delay(r *Record, f Fault, _ time.Time) { r.DueAt = r.DueAt.Add(time.Duration(f.For)) }

func turn(r *Record, f Fault, _ time.Time) {
	r.TurnsAt = r.DueAt.Add(time.Duration(f.For))
	r.TurnsReason = "Withdrawn after review: the budget of this matter is exhausted."
}

func vanish(r *Record, f Fault, now time.Time) { r.GoneAt = now.Add(time.Duration(f.For)) }

// wait lets d pass. If the request or the portal ends before, nobody is there
// to be answered.
func (x *exchange) wait(d Duration) (answered bool) {
	x.hear()
	pause(x.r.Context(), time.Duration(d))
	return x.r.Context().Err() != nil && x.cut(false)
}

// hang is wait, for ever if d is zero.
func (x *exchange) hang(d Duration) (answered bool) { return x.wait(cmp.Or(d, math.MaxInt64)) }

// hear reads what is sent, for the site to read later: net/http notices that a
// client has gone only once it has read all of its request.
func (x *exchange) hear() {
	body, _ := io.ReadAll(x.r.Body) // of what broke off the site reads as much, and takes nothing in
	x.r.Body = io.NopCloser(bytes.NewReader(body))
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// cut ends the connection below TLS: with a reset, or with a plain end.
func (x *exchange) cut(reset bool) bool {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok && reset {
		_ = t.SetLinger(0)
	}
	_ = conn.Close()
	return true
}

// timeout says what a server says that got tired of waiting for a request.
// Browsers take it as leave to send the request again (RFC 9110, 15.5.9).
func (x *exchange) timeout() bool {
	x.w.Header().Set("Connection", "close")
	x.w.WriteHeader(http.StatusRequestTimeout)
	return true
}

func (x *exchange) mistake(Fault) bool {
	x.another = true
	return false
}

// download answers with a file that browsers keep.
func (x *exchange) download(Fault) bool {
	x.w.Header().Set("Content-Type", "application/octet-stream")
	x.w.Header().Set("Content-Disposition", `attachment; filename="report.bin"`)
	_, _ = x.w.Write(make([]byte, 1<<20))
	return true
}

// huge answers with a page of 16 MB.
func (x *exchange) huge() bool {
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	line := append(bytes.Repeat([]byte("all work and no play "), 1<<12), "<p>\n"...)
	for n := 0; n < 16<<20 && x.r.Context().Err() == nil; n += len(line) {
		_, _ = x.w.Write(line)
	}
	return true
}

func (x *exchange) redirect(f Fault) bool {
	x.w.Header().Set("Location", cmp.Or(f.To, "https://elsewhere.invalid/"))
	x.w.WriteHeader(cmp.Or(f.Status, http.StatusSeeOther))
	return true
}
