package campaign

// A fault is one thing that goes wrong beside a program's own death.
type fault int

// The faults that worlds know, each once in hazards.
const (
	slowPage fault = iota
	maintenance
	sessionEnds
	browserDies
	oddPage
	otherForm
	fileComes
	clickFails
	authorPanics
	passwordExpires
	pageSendsTwice
	pageWithdraws
	pagesStay
	noPicture
	noCalm
	noBrowser
	historyLags
	historyDark
	serverLags
	ledgerSlow
	ledgerDown
	answerLost
	machineSleeps
	nobodyKnows
	stoppedByHand
	diskFull
	receiverDown
	receiverForgets
	ledgerRestored
	unreached
	before
	after
	wrong
	late
	never
	nothing
	other
	unread
	twice
	crash
	faults // how many there are
)

// A hazard is how often a fault happens, each time that it could, and which of the
// faults of the project's list (sNN of sites, iNN of what is below) it stands for.
type hazard struct {
	name   string
	chance float64
	ids    string
}

// hazards are all faults. Those without a chance of their own are ends of an upload
// (endings), or drawn for the whole world.
var hazards = [faults]hazard{
	slowPage:        {"slow page", 0.05, "s16 s17"},
	maintenance:     {"maintenance page", 0.04, "s08"},
	sessionEnds:     {"the session has ended", 0.02, "s09 s10a s10b"},
	browserDies:     {"the browser dies", 0.01, "i01 i02 i03 i04"},
	oddPage:         {"unknown page after the login", 0.01, "s05 s06 s07 s28"},
	otherForm:       {"another form", 0.01, "s28 s30 s34"},
	fileComes:       {"a file comes while the form is filled", 0.03, "i09"},
	clickFails:      {"the click fails", 0.01, "s29a"},
	authorPanics:    {"the carrier's code panics", 0.004, "c*p"},
	passwordExpires: {"the password has expired", 0.05, "s01 s02 s03 s04"},
	pageSendsTwice:  {"the page sends twice", 0.05, "s31 s32 s33"},
	pageWithdraws:   {"the page withdraws its request", 0.02, "s29b"},
	pagesStay:       {"a page does not close", 0.01, "i04"},
	noPicture:       {"no picture", 0.02, "i01"},
	noCalm:          {"the way out never becomes calm", 0.01, "s32"},
	noBrowser:       {"the browser does not start", 0.02, "i06"},
	historyLags:     {"the history lags", 0.2, "s24 s25"},
	historyDark:     {"the history shows nothing", 0.02, "s26 s27"},
	serverLags:      {"one server of the history lags", 0.04, "s25 s27"},
	ledgerSlow:      {"the ledger is slow", 0.005, "i07a"},
	ledgerDown:      {"the ledger is down", 0.003, "i07b"},
	answerLost:      {"the ledger's answer is lost", 0.003, "i07c"},
	machineSleeps:   {"the machine sleeps", 0.001, "i13 i14"},
	nobodyKnows:     {"nobody can know who lives", 0.01, "i10"},
	stoppedByHand:   {"stopped by hand", 0.001, "c*t"},
	diskFull:        {"the disk is full", 0.01, "i05 i08"},
	receiverDown:    {"the receiver of events is down", 0.1, "i08"},
	receiverForgets: {"the receiver's answer is lost", 0.1, "i08"},
	ledgerRestored:  {"the ledger is an older one", 0, "i07d"},
	unreached:       {"the site cannot be reached", 0, "s13 s35"},
	before:          {"it breaks before it takes it in", 0, "s11 s13"},
	after:           {"it breaks after it took it in", 0, "s14a s14b s15a s15c"},
	wrong:           {"it takes it in and says 500", 0, "s12"},
	late:            {"it takes it in and answers too late", 0, "s16 s18"},
	never:           {"it takes it in and never answers", 0, "s17"},
	nothing:         {"it takes nothing in and never answers", 0, "s17"},
	other:           {"it takes it in and shows the page of another invoice", 0, "s19 s20"},
	unread:          {"it takes it in and shows a page that nobody knows", 0, "s28 s36"},
	twice:           {"it takes it in and calls it a duplicate", 0, "s21a s21b"},
	crash:           {"it takes it in, and the browser dies", 0, "i02"},
}

func (f fault) String() string { return hazards[f].name }

// fine is no fault: the site answers.
const fine fault = -1

// endings are how an upload fails, by their weights.
func endings() []weighted[fault] {
	return []weighted[fault]{{unreached, 2}, {before, 2}, {after, 3}, {wrong, 2}, {late, 1}, {never, 2}, {nothing, 1},
		{other, 1}, {unread, 1}, {twice, 1}, {crash, 2}}
}

// fails draws whether a fault happens to somebody now, with their luck.
func (w *World) fails(c *chance, f fault) bool {
	return (w.storm() || f == w.focus.fault && w.focused()) && c.of(hazards[f].name, w.odds(f)) && w.happens(f)
}

// odds are how likely f is now. A world with a focus sees its fault far more often.
func (w *World) odds(f fault) float64 {
	p := hazards[f].chance * w.force
	switch {
	case w.strict && f == historyLags:
		p *= 4
	case w.sluggish == 1:
	case f == historyLags, f == serverLags:
		p *= w.sluggish
	default:
		p /= 4 // so that what lags is looked up when it is due
	}
	if n := w.due.Load(); f == w.focus.fault && p > 0 && !w.focusIsOver() {
		p = max(p, min(20*p, 0.5))
		if n > 0 && n <= enough && f != ledgerDown && f != ledgerSlow && f != machineSleeps { // those come at every step
			p = max(p, 0.9)
		}
	}
	return p
}

func (w *World) happens(f fault) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Faults[f.String()]++
	return true
}

// fails draws whether a fault happens to p now.
func (p *process) fails(f fault) bool { return p.failsBy(p.chance, f) }

func (p *process) failsBy(c *chance, f fault) bool {
	yes := p.w.fails(c, f)
	if yes {
		p.meets(f)
	}
	return yes
}

// ending is how the site treats what is uploaded.
func (a part) ending() fault {
	w := a.w
	if !w.storm() && !w.focused() || !a.luck.of("upload", w.uploads*w.force) {
		return fine
	}
	f := one(a.luck, "ending", endings()...)
	if focus := w.focus.fault; focus >= unreached && a.luck.of("focus", 0.8) {
		f = focus
	}
	w.happens(f)
	a.meets(f)
	return f
}
