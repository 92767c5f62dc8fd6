package protocol

// A state is everything of a world at one moment. It is a value: equal states are
// visited once.
type state struct {
	ledgers  [2]id // the second is there only in a world with two
	copy     id    // of the first ledger, which may come back
	copied   tick  // when it was made; never: there is none
	restored bool  // the first ledger is the copy, and the evidence was not looked through yet
	waits    int8  // how many intents of the evidence it was told of
	visits   [2]visit
	requests [2]request // on the wire, of at most two attempts
	rows     [maxRows]row
	mails    [maxMails]mail
	evidence [maxIntents]intent
	arrived  int8 // versions of the file
	lags     bool // just now the site may not show what it holds
	left     left
	broken   Breach
}

// left is what may still happen, by kind.
type left struct{ crashes, losses, rejects, lies, people, restores, naps int8 }

const maxMails = 4

// A visit is one program's work on the submission.
type visit struct {
	step     step
	life     int8 // programs that ended before it
	fence    int8
	revision int8
	bytes    int8
	attempt  int8
	looked   tick
	found    found
	at       tick // the row's date
	said     int8 // the row's or the page's word
	number   int8
	recent   bool // since the intent only moments have passed
	late     bool // its lease has run out
	again    bool // the look is the one right after an attempt
	onto     int8 // the draft that the form goes on with, as a row + 1
}

type step int8

const (
	idle     step = iota
	opened        // a ready revision is claimed
	seen          // the look-before is done
	written       // the intent is in the evidence
	intended      // and in the ledger
	cleared       // the last check before the release is passed
	sent          // it waits for an answer
	answered      // it has one
	lost          // it will have none
	unsent        // it is proven that nothing left
	looking       // what was sent is to be looked for
	looked        // it was
	over          // the lease is to be given back
)

type found int8

const (
	absent found = iota
	held
	refusal
	conflict
)

// A request is on its way to the portal.
type request struct {
	attempt  int8 // 0: there is none
	revision int8
	bytes    int8
	onto     int8 // a row + 1: the draft that it sends off
	due      tick // it is taken in and shown by then
}

// A row is what the portal holds.
type row struct {
	said     int8 // index in words; silent: there is no such row
	revision int8
	bytes    int8
	attempt  int8 // 0: a person filed it
	shown    bool
	at       tick
	due      tick // it is shown by then
}

// A mail tells of a row. It can be read at any time, and again.
type mail struct {
	said, number int8
	at           tick
}

// An intent is one that the evidence has.
type intent struct {
	attempt, revision, bytes, fence, owner int8
	at, settles                            tick
}

func (w World) begin() state {
	s := state{copied: never, left: left{int8(w.Crashes), int8(w.Losses), int8(w.Rejects), int8(w.Lies), int8(w.People),
		int8(w.Restores), int8(w.Naps)}}
	for i := range s.visits {
		s.visits[i].rest()
	}
	for i := range s.requests {
		s.requests[i].due = never
	}
	for i := range s.rows {
		s.rows[i].at, s.rows[i].due = never, never
	}
	for i := range s.mails {
		s.mails[i].at = never
	}
	for i := range s.evidence {
		s.evidence[i].at, s.evidence[i].settles = never, never
	}
	return s
}

// rest is a visit that works on nothing.
func (v *visit) rest() { *v = visit{life: v.life, looked: never, at: never} }

// stamps shows all times and fences of s but those of its ledgers.
func (s *state) stamps(time func(*tick), fence func(*int8)) {
	time(&s.copied)
	for i := range s.visits {
		time(&s.visits[i].looked)
		time(&s.visits[i].at)
		fence(&s.visits[i].fence)
	}
	for i := range s.requests {
		time(&s.requests[i].due)
	}
	for i := range s.rows {
		time(&s.rows[i].at)
		time(&s.rows[i].due)
	}
	for i := range s.mails {
		time(&s.mails[i].at)
	}
	for i := range s.evidence {
		time(&s.evidence[i].at)
		time(&s.evidence[i].settles)
		fence(&s.evidence[i].fence)
	}
}

func (s *state) forms() [3]*id { return [3]*id{&s.ledgers[0], &s.ledgers[1], &s.copy} }
