package real

import (
	"time"

	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// A row is one way in which a visit that files one invoice is broken.
type row struct {
	name  string
	fact  string         // its id in the list of faults, or ids
	fault []portal.Fault // of the portal, until the visit has ended; Next 0 is 1 here
	stays bool           // they go on for the whole visit
	setup func(*trial)   // what is otherwise at the portal, or with the account
	odd   visittest.Invoice

	point string // where act comes; "taken": once the portal has taken it in
	act   act

	ends []submission.State // any of them, in the end; none: accepted
}

func on(what portal.What, place portal.Place, d ...time.Duration) []portal.Fault {
	f := portal.Fault{What: what, At: place}
	for _, d := range d {
		f.For = portal.Duration(d)
	}
	return []portal.Fault{f}
}

const (
	accepted = submission.Accepted
	rejected = submission.Rejected
	person   = submission.NeedsPerson
	second   = time.Second
	hour     = time.Hour
)

// eventually is what becomes of an invoice of which nobody can know whether it left.
func eventually() []submission.State { return []submission.State{accepted, person} }

// never is what becomes of one that may have left and did not arrive: Lodge looks for
// two days and asks a person.
func never() []submission.State { return []submission.State{person} }

// siteRows are the faults of the site.
func siteRows() []row {
	const login, form, result, history = portal.LoginPage, portal.UploadPage, portal.Result, portal.History
	return []row{
		{name: "wrong-password", fact: "s01", setup: func(s *trial) { s.errand.Password = s.secret("not the password") }},
		{name: "one-try-left", fact: "s02", setup: func(s *trial) { s.tries(1); s.errand.Password = s.secret("not the password") }},
		{name: "locked", fact: "s03", setup: func(s *trial) { s.tries(portal.Tries) }},
		{name: "expired", fact: "s04", setup: func(s *trial) { s.errand.User, s.errand.Password = s.expired() }},
		{name: "code", fact: "s05", fault: on(portal.Code, "")},
		{name: "captcha-login", fact: "s06", fault: on(portal.Captcha, login)},
		{name: "captcha-form", fact: "s06", fault: on(portal.Captcha, form)},
		{name: "captcha-result", fact: "s06", fault: on(portal.Captcha, result)},
		{name: "terms", fact: "s07", fault: on(portal.Terms, history)},
		{name: "down-login", fact: "s08", fault: on(portal.Down, login)},
		{name: "maintenance-password", fact: "s08", fault: on(portal.Maintenance, portal.Login)},
		{name: "down-look", fact: "s08", fault: on(portal.Down, history)},
		{name: "maintenance-form", fact: "s08", fault: on(portal.Maintenance, form)},
		{name: "maintenance-upload", fact: "s08", fault: on(portal.Maintenance, portal.Upload), ends: never()},
		{name: "down-result", fact: "s08", fault: on(portal.Down, result)},
		{name: "kicked-out", fact: "s09", fault: on(portal.LoggedOut, history)},
		{name: "session-over-form", fact: "s10a", fault: on(portal.LoggedOut, form)},
		{name: "session-over-upload", fact: "s10b", fault: on(portal.LoggedOut, ""), ends: never()},
		{name: "broken", fact: "s11", fault: on(portal.Broken, ""), ends: never()},
		{name: "broken-after", fact: "s12", fault: on(portal.BrokenAfter, "")},
		{name: "reset", fact: "s13", fault: on(portal.Reset, ""), ends: never()},
		{name: "hang", fact: "s13", fault: on(portal.Hang, ""), ends: never()},
		{name: "reset-after", fact: "s14a", fault: on(portal.ResetAfter, "")},
		{name: "close-after", fact: "s14a", fault: on(portal.CloseAfter, "")},
		{name: "timeout-after", fact: "s15a", fault: on(portal.TimeoutAfter, "")},
		{name: "slow-upload", fact: "s16", fault: on(portal.Slow, portal.Upload, 2*second)},
		{name: "drip-result", fact: "s16", fault: on(portal.Drip, result, 2*second)},
		{name: "spinner", fact: "s17", fault: on(portal.Late, "", hour)},
		{name: "late-answer", fact: "s18", fault: on(portal.HangAfter, "", 5*second)},
		{name: "no-answer", fact: "s18", fault: on(portal.HangAfter, "")},
		{name: "another-number", fact: "s19", fault: on(portal.Another, "")},
		{name: "one-before", fact: "s20", fault: on(portal.Another, ""), setup: func(s *trial) { s.others(1) }},
		{name: "unknown-after", fact: "s20", fault: on(portal.UnknownAfter, "")},
		{name: "duplicate-by-hand", fact: "s21b", setup: func(s *trial) { s.byHand(hour) }, ends: []submission.State{accepted, person, rejected}},
		{name: "found", fact: "s21a", setup: func(s *trial) { s.byHand(0) }},
		{name: "found-twice", fact: "s21b", setup: func(s *trial) { s.byHand(0); s.byHand(0) }, ends: never()},
		{name: "rejected-later", fact: "s23a", fault: on(portal.RejectedLate, "", hour), ends: []submission.State{accepted, rejected}},
		{name: "lost-by-the-site", fact: "s24", fault: on(portal.Lag, "", 1000*hour), ends: never()},
		{name: "lags", fact: "s25", fault: on(portal.Lag, "", hour)},
		{name: "pages", fact: "s26", setup: func(s *trial) { s.others(12) }},
		{name: "finds-nothing", fact: "s27", fault: append(on(portal.BrokenAfter, ""), on(portal.Empty, "")...), stays: true},
		{name: "changed-login", fact: "s28", fault: on(portal.Changed, "")},
		{name: "changed-form", fact: "s28", fault: on(portal.Changed, form)},
		{name: "unknown-look", fact: "s28", fault: on(portal.Unknown, history)},
		{name: "alert-form", fact: "s29a", fault: on(portal.Dialog, form)},
		{name: "leaving-form", fact: "s29a", fault: on(portal.Leaving, form)},
		{name: "print-form", fact: "s29a", fault: on(portal.Print, form)},
		{name: "alert-result", fact: "s29b", fault: on(portal.Dialog, result)},
		{name: "leaving-result", fact: "s29b", fault: on(portal.Leaving, result)},
		{name: "popup", fact: "s30", fault: on(portal.Popup, "")},
		{name: "twice", fact: "s31", fault: on(portal.Twice, "")},
		{name: "reload", fact: "s32", fault: on(portal.Reload, "")},
		{name: "download-form", fact: "s34", fault: on(portal.Download, form)},
		{name: "download-result", fact: "s34", fault: on(portal.Download, result)},
		{name: "huge-look", fact: "s34", fault: on(portal.Huge, history)},
		{name: "elsewhere-form", fact: "s34", fault: on(portal.Elsewhere, form)},
		{name: "elsewhere-upload", fact: "s34", fault: on(portal.Elsewhere, portal.Upload), ends: never()},
		{name: "elsewhere-after", fact: "s34", fault: on(portal.ElsewhereAfter, "")},
		{name: "wrong-key", fact: "s35", setup: func(s *trial) { s.errand.Pin = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }},
		{name: "refused", fact: "s36", odd: visittest.Invoice{Matter: sim.ClosedMatter}, ends: []submission.State{rejected}},
	}
}

// moment names of a visit, in its order, and whether the intent is written then.
func points() []struct {
	name, fact string
	sent       bool
} {
	return []struct {
		name, fact string
		sent       bool
	}{
		{visit.StepLogin, "c08", false},
		{visit.StepLook, "c09 c11", false},
		{visit.StepSubmit, "c12", false},
		{"before " + string(submission.Intended), "c13", false},
		{"after " + string(submission.Intended), "c15", true},
		{visit.StepCommit, "c16", true},
		{taken, "c19", true},
		{visit.StepVerify, "c20 c21", true},
		{"before " + string(submission.Answered), "c22 c23a", true},
		{"after " + string(submission.Answered), "c23b", true},
		{visit.StepDone, "c24", true},
		{visit.StepLeft, "c32", true},
	}
}

// taken is the point at which the portal has taken the upload in and does not answer.
const taken = "taken"

// breakRows break process and browser at each point.
func breakRows() []row {
	var all []row
	for _, a := range acts() {
		for _, p := range points() {
			if a.browser && (p.name == visit.StepDone || p.name == visit.StepLeft) {
				continue // the outcome is written
			}
			r := row{name: a.name + "/" + p.name, fact: a.fact, point: p.name, act: a}
			if !a.browser {
				r.fact = p.fact
			}
			// Of an intent that stands in the evidence only, nobody can say that nothing left.
			if p.sent || p.fact == "c13" && !a.browser {
				r.ends = eventually()
			}
			if p.name == taken {
				r.fault, r.ends = on(portal.HangAfter, ""), nil
			}
			all = append(all, r)
		}
	}
	return all
}
