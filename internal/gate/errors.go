package gate

import "errors"

// What the errors of [Gate.Commit] wrap. Exactly one of ErrNotSent and
// ErrNoAnswer is in each of them; act on that one. The others say why.
var (
	// ErrNotSent: it is proven that the commit never left.
	ErrNotSent = errors.New("nothing was sent")
	// ErrNoAnswer: the commit may have been taken in, and the site did not say.
	// The attempt is over: only a look-up, or a person, decides.
	ErrNoAnswer = errors.New("sent, and no answer came")

	// ErrNoCommit: the click caused no request that could be the commit.
	ErrNoCommit = errors.New("no commit appeared")
	// ErrUndeclared: the click caused a GET, and the carrier declares no commit.
	ErrUndeclared = errors.New("the click sent a GET that is declared neither as the commit nor as harmless")
	// ErrRefused: the intent was refused, or too long ago when the way was free.
	ErrRefused = errors.New("refused before it went")
	// ErrNotCalm: the browser went on opening connections, so that nobody could
	// have told which of them carries the commit.
	ErrNotCalm = errors.New("the browser does not stop opening connections")
	// ErrGone: the page took the request back while it was held.
	ErrGone = errors.New("the page took the request back")
	// ErrBusy: the attempt before was not finished; see [Gate.Finish].
	ErrBusy = errors.New("the attempt before is not finished")
	// ErrUnfinished: the browser must be ended; see [Outcome].
	ErrUnfinished = errors.New("the browser never said that the commit's request ended")
)
