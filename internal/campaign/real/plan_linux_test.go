package real

import (
	"math/rand/v2"
	"syscall"
	"time"

	"example.com/lodge/internal/portal"
)

// A moment is when a run is ended: after the n-th request for a place, or after
// its start where place is "", and a little later.
type moment struct {
	place portal.Place
	n     int
	most  time.Duration // later, at most
	share int           // of all moments
	about string        // for the table
}

// moments cover a run from its start to its end.
func moments() []moment {
	const ms = time.Millisecond
	return []moment{
		{"", 0, 500 * ms, 3, "starting, taking in, starting the browser"},
		{portal.LoginPage, 1, 100 * ms, 1, "before the password is typed"},
		{portal.Login, 1, 150 * ms, 2, "while the login is answered"},
		{portal.History, 1, 150 * ms, 2, "the look before"},
		{portal.UploadPage, 1, 400 * ms, 3, "the form, the click, the intent, the calm"},
		{portal.Upload, 1, 40 * ms, 4, "between click and answer"},
		{portal.Result, 1, 300 * ms, 3, "the answer, its evidence, its move"},
		{portal.History, 2, 200 * ms, 2, "the look after"},
		{portal.Upload, 2, 60 * ms, 2, "between click and answer of a later one"},
		{portal.Result, 3, 600 * ms, 2, "between two invoices, and at the end"},
		{"", 0, 9 * time.Second, 2, "any time"},
	}
}

// troubles are what the portal may do at the side.
func troubles(trap string) []portal.Fault {
	d := func(d time.Duration) portal.Duration { return portal.Duration(d) }
	const second = time.Second
	return []portal.Fault{
		{What: portal.HangAfter, For: d(second)}, {What: portal.HangAfter, For: d(second)}, {What: portal.ResetAfter}, {What: portal.CloseAfter},
		{What: portal.TimeoutAfter}, {What: portal.BrokenAfter}, {What: portal.UnknownAfter}, {What: portal.ElsewhereAfter, To: trap},
		{What: portal.Lag, For: d(time.Hour)}, {What: portal.Late, For: d(time.Hour)}, {What: portal.Unconfirmed},
		{What: portal.Slow, At: portal.Upload, For: d(second / 2)}, {What: portal.Slow, At: portal.Upload, For: d(second / 2)},
		{What: portal.Slow, At: portal.Result, For: d(second / 2)}, {What: portal.Drip, At: portal.Result, For: d(second / 2)},
		{What: portal.Reset}, {What: portal.Broken}, {What: portal.Down, At: portal.History}, {What: portal.Down, At: portal.Login},
		{What: portal.LoggedOut, At: portal.UploadPage}, {What: portal.LoggedOut}, {What: portal.Twice}, {What: portal.Another},
		{What: portal.Elsewhere, At: portal.UploadPage, To: trap}, {What: portal.Dialog}, {What: portal.Empty},
	}
}

// A plan is what one run goes through.
type plan struct {
	moment
	delay  time.Duration
	signal syscall.Signal
	faults []portal.Fault
	wrong  bool // somebody has set a wrong password
}

func draw(random *rand.Rand, trap string) plan {
	var p plan
	p.moment, p.signal = pick(random), syscall.SIGKILL
	p.delay = time.Duration(random.Int64N(int64(p.most)))
	if random.IntN(8) == 0 {
		p.signal = syscall.SIGTERM
	}
	p.wrong = random.IntN(16) == 0
	for range random.IntN(3) {
		f := troubles(trap)[random.IntN(len(troubles(trap)))]
		f.Next = 1
		p.faults = append(p.faults, f)
	}
	return p
}

func pick(random *rand.Rand) moment {
	sum := 0
	for _, m := range moments() {
		sum += m.share
	}
	n := random.IntN(sum)
	for _, m := range moments() {
		if n -= m.share; n < 0 {
			return m
		}
	}
	panic("no moment")
}
